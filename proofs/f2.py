"""F2: forty files made to hurt are refused in time and memory, while others go on working."""

from __future__ import annotations

import sys

from proofs.files import commanding

if __name__ == "__main__":
    sys.exit(commanding.run("F2"))
