"""B: a page of the list of 200,000 deliveries, filtered and ordered, against a table of prebuilt rows."""

from __future__ import annotations

import re
import sys
from functools import partial

from bench import data, harness, web

NAME = "html-list"
TARGET = 3
ROUNDS = 60
ROWS = 200_000
FLOOR = f"/list/?source={data.SOURCE}"
PRODUCT = f"/sales/?source={data.SOURCE}"


def main() -> int:
    """Ask both for the newest deliveries of one of two sources."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(300 * size)))
        for source in (data.SOURCE, "other"):
            data.deliveries(round(ROWS * size / 2), over=24, source=source)
        harness.settle()
        key = web.cookie("hq_ops")
        with web.serve(web.FLOORS) as floors, web.serve(web.PRODUCT) as product:
            floors.warm_up(FLOOR)
            product.warm_up(PRODUCT, key)
            assert numbers(product.get(PRODUCT, key)) == numbers(floors.get(FLOOR))
            works = {"floor": partial(floors.get, FLOOR), "product": partial(product.get, PRODUCT, key)}
            taken = harness.by_turns(works, rounds=ROUNDS)
    return harness.conclude(NAME, harness.Part("list", taken["product"] / taken["floor"], TARGET))


def numbers(page: bytes) -> list[bytes]:
    """The external numbers a page shows, in its order."""
    return re.findall(rb">(S\d{9})<", page)


if __name__ == "__main__":
    sys.exit(main())
