"""M7: rights end at the next request."""

import sys

from proofs import house

if __name__ == "__main__":
    sys.exit(house.run("M7"))
