"""R8: 2,000 calls of the API, each sent several times at once with its key, have 2,000 effects."""

from __future__ import annotations

import sys

from proofs.files import commanding

if __name__ == "__main__":
    sys.exit(commanding.run("R8"))
