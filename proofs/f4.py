"""F4: the same file sent again has one effect; 1 times in the full form."""

import os
import sys

from proofs.suite import prove

FILES = "tests/reports/test_files_as_they_come.py"

if __name__ == "__main__":
    if "--quick" not in sys.argv:
        os.environ.setdefault("DEALEROPS_TRIALS", "1")
    sys.exit(prove("F4", [FILES, "-k", "test_f4"], full=[], planted="no_memory"))
