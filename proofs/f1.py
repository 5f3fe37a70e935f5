"""F1: damaged files are refused or read whole, and every wrong cell is named; 2000 times in the full form."""

import os
import sys

from proofs.suite import prove

FILES = "tests/reports/test_files_as_they_come.py"

if __name__ == "__main__":
    if "--quick" not in sys.argv:
        os.environ.setdefault("DEALEROPS_TRIALS", "2000")
    sys.exit(prove("F1", [FILES, "-k", "test_f1"], full=[], planted="silent_cells"))
