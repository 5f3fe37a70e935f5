"""R2: 50,000 examples of each law of the rules: order, splitting, returns, signs, caps, monotony."""

from __future__ import annotations

import sys

from proofs.laws import searching

if __name__ == "__main__":
    sys.exit(searching.run("R2", searching.SANITY, full=50_000, quick=25))
