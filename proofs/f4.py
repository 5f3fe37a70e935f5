"""F4: a file sent again, by two people at once too, has one effect and is told so."""

from __future__ import annotations

import sys

from proofs.files import commanding

if __name__ == "__main__":
    sys.exit(commanding.run("F4"))
