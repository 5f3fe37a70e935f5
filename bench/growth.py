"""H: the same page of a list of 20,000 and of 200,000 deliveries; the count of the larger one is bounded."""

from __future__ import annotations

import sys
from functools import partial

from bench import data, harness, web

NAME = "growth"
TARGET = 1.2
ROUNDS = 60
FEW, MANY = 20_000, 200_000
PAGE = "/sales/"


def main() -> int:
    """Two data bases, one ten times the other, each with its own server; the smaller one is the floor."""
    size = harness.scale(NAME)
    with harness.scratch("growth-many"):
        _fill(MANY, size)
        many_key = web.cookie("hq_ops")
        with web.serve(web.PRODUCT) as many, harness.scratch("growth-few"):
            _fill(FEW, size)
            few_key = web.cookie("hq_ops")
            with web.serve(web.PRODUCT) as few:
                few.warm_up(PAGE, few_key)
                many.warm_up(PAGE, many_key)
                works = {
                    "20,000 rows": partial(few.get, PAGE, few_key),
                    "200,000 rows": partial(many.get, PAGE, many_key),
                }
                small, large = harness.by_turns(works, rounds=ROUNDS).values()
    return harness.conclude(NAME, harness.Part("list", large / small, TARGET))


def _fill(rows: int, size: float) -> None:
    data.network(max(20, round(300 * size)))
    data.deliveries(round(rows * size), over=24)
    harness.settle()


if __name__ == "__main__":
    sys.exit(main())
