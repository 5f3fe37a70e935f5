"""H1: every route answers with all headers; in a browser no page of any role breaks the content policy."""

import sys

from proofs.suite import prove

if __name__ == "__main__":
    quick, full = ["tests/contract/test_headers.py"], ["tests/e2e/test_pages.py"]
    sys.exit(prove("H1", quick, full=full, planted="inline_scripts"))
