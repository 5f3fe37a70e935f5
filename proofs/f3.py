"""F3: nothing of a workbook is cut silently, whatever it says of its size; 500 times in the full form."""

import os
import sys

from proofs.suite import prove

FILES = "tests/reports/test_files_as_they_come.py"

if __name__ == "__main__":
    if "--quick" not in sys.argv:
        os.environ.setdefault("DEALEROPS_TRIALS", "500")
    sys.exit(prove("F3", [FILES, "-k", "test_f3"], full=[], planted="cut_rows"))
