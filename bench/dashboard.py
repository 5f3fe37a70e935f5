"""D: the home page of headquarters over 1M deliveries of 2,000 dealers, all from the monthly store.

The floor is a bare view with one figure: 24 months × region, summed from the store by one raw statement.
"""

from __future__ import annotations

import sys
from functools import partial

from bench import data, harness, web

NAME = "dashboard"
TARGET = 2
ROUNDS = 40
DEALERS, DELIVERIES, GONE, HERE = 2_000, 1_000_000, 100_000, 50_000
MONTHS = 36
FLOOR, PRODUCT = f"/dashboard/{data.LAST}/", "/"


def main() -> int:
    """Ask both once the store holds every month the page may show."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(DEALERS * size)))
        data.feeds(MONTHS)
        data.deliveries(round(DELIVERIES * size), over=MONTHS)
        data.stock(gone=round(GONE * size), here=round(HERE * size), over=MONTHS)
        harness.settle()
        data.store(data.months(MONTHS)[:-1])
        data.compute([data.LAST])
        harness.settle()
        key = web.cookie("hq_ops")
        with web.serve(web.FLOORS) as floors, web.serve(web.PRODUCT) as product:
            floors.warm_up(FLOOR)
            product.warm_up(PRODUCT, key)
            assert str(data.LAST).encode() in product.get(PRODUCT, key)
            works = {"floor": partial(floors.get, FLOOR), "product": partial(product.get, PRODUCT, key)}
            taken = harness.by_turns(works, rounds=ROUNDS)
    return harness.conclude(NAME, harness.Part("page", taken["product"] / taken["floor"], TARGET))


if __name__ == "__main__":
    sys.exit(main())
