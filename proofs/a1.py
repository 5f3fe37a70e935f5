"""A1: brute force is useless, and locks nobody out."""

import sys

from proofs import house

if __name__ == "__main__":
    sys.exit(house.run("A1"))
