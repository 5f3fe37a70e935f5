"""A second, naive implementation of rebates: exact fractions, plain dictionaries, nothing of the product."""
