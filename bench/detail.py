"""C: the page of one delivery of 200,000, against one raw statement in a bare view."""

from __future__ import annotations

import sys
from functools import partial

from bench import data, harness, web

NAME = "detail"
TARGET = 2.5
ROUNDS = 60
ROWS = 200_000


def main() -> int:
    """Ask both for the same delivery."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(300 * size)))
        data.deliveries(round(ROWS * size), over=24)
        harness.settle()
        pk, vin = data.row("SELECT id, vin FROM sales_retaildelivery ORDER BY id OFFSET 777 LIMIT 1")
        key = web.cookie("hq_ops")
        floor, page = f"/detail/{pk}/", f"/sales/{pk}/"
        with web.serve(web.FLOORS) as floors, web.serve(web.PRODUCT) as product:
            floors.warm_up(floor)
            product.warm_up(page, key)
            assert all(vin.encode() in shown for shown in (floors.get(floor), product.get(page, key)))
            works = {"floor": partial(floors.get, floor), "product": partial(product.get, page, key)}
            taken = harness.by_turns(works, rounds=ROUNDS)
    return harness.conclude(NAME, harness.Part("page", taken["product"] / taken["floor"], TARGET))


if __name__ == "__main__":
    sys.exit(main())
