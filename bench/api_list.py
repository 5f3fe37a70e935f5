"""B: 100 of 200,000 deliveries by API, filtered and ordered, against raw SQL in a bare view.

Half of all rows match, so the product counts them up to its bound; the floor does not count.
"""

from __future__ import annotations

import sys
from functools import partial

import orjson

from bench import data, harness, web

NAME = "api-list"
TARGET = 2
ROUNDS = 60
ROWS = 200_000
FLOOR = f"/api/?source={data.SOURCE}"
PRODUCT = f"/api/v1/deliveries/?limit=100&source={data.SOURCE}"


def main() -> int:
    """Ask both for the newest hundred deliveries of one of two sources."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(300 * size)))
        for source in (data.SOURCE, "other"):
            data.deliveries(round(ROWS * size / 2), over=24, source=source)
        harness.settle()
        key = web.bearer(data.token("integration"))
        with web.serve(web.FLOORS) as floors, web.serve(web.PRODUCT) as product:
            floors.warm_up(FLOOR)
            product.warm_up(PRODUCT, key)
            assert _rows(product.get(PRODUCT, key)) == _rows(floors.get(FLOOR))
            works = {"floor": partial(floors.get, FLOOR), "product": partial(product.get, PRODUCT, key)}
            taken = harness.by_turns(works, rounds=ROUNDS)
    return harness.conclude(NAME, harness.Part("list", taken["product"] / taken["floor"], TARGET))


def _rows(answer: bytes) -> list[tuple[object, ...]]:
    rows = orjson.loads(answer)["results"]
    return [(row["id"], row["vin"], row["dealer"], row["price_amount"]) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
