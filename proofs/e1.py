"""E1: no exported text becomes a formula: 40 triggers in every text column of every list, as xlsx and csv."""

import sys

from proofs.suite import prove

if __name__ == "__main__":
    sys.exit(prove("E1", ["tests/core/test_inert_exports.py"], full=[], planted="formulas"))
