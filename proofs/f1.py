"""F1: 2,000 malformed tables and reports over HTTP: read whole, named cell by cell, or refused."""

from __future__ import annotations

import sys

from proofs.files import commanding

if __name__ == "__main__":
    sys.exit(commanding.run("F1"))
