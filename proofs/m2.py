"""M2: lists, searches, dashboards and exports hold own rows only, whatever order and filter."""

from __future__ import annotations

import sys

from proofs import isolation

if __name__ == "__main__":
    sys.exit(isolation.prove("M2", isolation.own_lists, 3_000, 60))
