"""R1: 100,000 examples of splitting: the parts sum to the whole to the fen."""

from __future__ import annotations

import sys

from proofs.laws import searching

if __name__ == "__main__":
    sys.exit(searching.run("R1", searching.CONSERVATION, full=50_000, quick=60))
