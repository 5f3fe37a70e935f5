"""F5: 1,000 random reports of all forms are written, filled in, sent, written again: equal by cell."""

from __future__ import annotations

import sys

from proofs.files import commanding

if __name__ == "__main__":
    sys.exit(commanding.run("F5"))
