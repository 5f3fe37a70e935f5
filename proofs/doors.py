"""A1, A2, A3 and M7 on one start of the product."""

import sys

from proofs import house

if __name__ == "__main__":
    sys.exit(house.run(*house.PROOFS))
