"""F5: what a template is filled with is read back cell by cell; 1000 times in the full form."""

import os
import sys

from proofs.suite import prove

FILES = "tests/reports/test_files_as_they_come.py"

if __name__ == "__main__":
    if "--quick" not in sys.argv:
        os.environ.setdefault("DEALEROPS_TRIALS", "1000")
    sys.exit(prove("F5", [FILES, "-k", "test_f5"], full=[], planted="rounded"))
