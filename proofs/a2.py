"""A2: the door does not tell which accounts exist."""

import sys

from proofs import house

if __name__ == "__main__":
    sys.exit(house.run("A2"))
