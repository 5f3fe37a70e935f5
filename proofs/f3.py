"""F3: nothing of 500 workbooks is cut silently, whatever they say of their size."""

from __future__ import annotations

import sys

from proofs.files import commanding

if __name__ == "__main__":
    sys.exit(commanding.run("F3"))
