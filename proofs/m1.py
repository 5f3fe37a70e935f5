"""M1: no dealer reads another's object: objects of others are opened by every key."""

from __future__ import annotations

import sys

from proofs import isolation

if __name__ == "__main__":
    sys.exit(isolation.prove("M1", isolation.foreign_reads, 10_000, 60))
