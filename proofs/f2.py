"""F2: bombs, far cells, entities, macros and encrypted files are refused in bounded time and memory."""

import sys

from proofs.suite import prove

if __name__ == "__main__":
    sys.exit(prove("F2", ["tests/core/spreadsheet/test_refusals.py"], full=[], planted=""))
