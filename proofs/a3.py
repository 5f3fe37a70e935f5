"""A3: the second factor has no second door."""

import sys

from proofs import house

if __name__ == "__main__":
    sys.exit(house.run("A3"))
