"""M1w: no dealer changes another's object: rows of others have the same hash after every foreign write."""

from __future__ import annotations

import sys

from proofs import isolation

if __name__ == "__main__":
    sys.exit(isolation.prove("M1w", isolation.foreign_writes, 10_000, 50))
