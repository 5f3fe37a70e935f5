"""F4: a file sent again, by whomever and however often at once, has one effect and is told so."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.reports.queries import submissions as reports
from apps.reports.workbooks import writing
from proofs.arena import Report
from proofs.files import malformed, spoiling
from proofs.files import place as places
from proofs.files.callers import Answer, Caller
from proofs.files.place import Place
from proofs.files.spoiling import Maker

FULL, QUICK = 60, 2
TIMES = 3


def prove(report: Report, place: Place, rng: random.Random, count: int) -> None:
    """A table and a report in turn: by two at once, on two connections, then thrice more."""
    maker = Maker(rng, f"D{rng.randrange(10**4):04d}")
    for nth in range(count):
        _table(report, place, maker, nth)
        _filled(report, place, rng)


def _table(report: Report, place: Place, maker: Maker, nth: int) -> None:
    prefix = f"{maker.mark}-{nth:04d}-"
    rows = maker.rows(prefix)
    content = spoiling.workbook(rows)
    wishes = {"kind": malformed.IMPORT, "mode": "all"}

    def sent(by: Caller, name: str, key: str = "") -> Answer:
        return by.send("/api/v1/imports/", wishes, file=(name, content), key=key)

    at_once = together(lambda: sent(place.operator, "a.xlsx"), lambda: sent(place.colleague, "b.xlsx"))
    again = [sent(place.operator, f"{time}.xlsx") for time in range(TIMES)]
    key = f"same-key-{prefix}"
    keyed = [sent(place.operator, "k.xlsx", key) for _time in range(TIMES)]
    told = [answer.told for answer in (*at_once, *again, *keyed)]
    found = place.books.deliveries(prefix)
    report.expect(len(found) == len(rows), f"{prefix}: {len(rows)} rows became {len(found)} facts")
    made = sum(each.get("created_facts", 0) for each in told[:2])
    report.expect(made == len(rows), f"{prefix}: two at once say they made {made} of {len(rows)}")
    for each in told[2:]:
        said = (each.get("status"), each.get("created_facts"), each.get("same_rows"))
        report.expect(said == ("committed", 0, len(rows)), f"{prefix}: sent again, is told {said}")
    report.expect(len({each.get("id") for each in told[5:]}) == 1, f"{prefix}: one key, several imports")


def _filled(report: Report, place: Place, rng: random.Random) -> None:
    row = places.report(place)
    figures = malformed.figures(rng)
    content = writing.write(malformed.FORM, reports.head(row), writing.Filled(figures))
    path = f"/api/v1/reports/{place.report}/upload/"

    def sent(name: str) -> Answer:
        return place.seller.send(path, {}, file=(name, content))

    first = together(lambda: sent("a.xlsx"), lambda: sent("b.xlsx"))
    again = [sent(f"{time}.xlsx") for time in range(TIMES)]
    said = sorted(answer.told.get("same", "?") for answer in first) + [
        answer.told.get("same", "?") for answer in again
    ]
    report.expect(said == [False, True, True, True, True], f"report: sent five times, told {said}")
    made = places.report(place).version - row.version
    report.expect(made == 1, f"report: one file made {made} versions")
    stored = places.report(place).content["values"]
    right = all(Decimal(stored.get(code, -1)) == value for code, value in figures.values.items())
    report.expect(right, "report: is not what the file says")


def together(*calls: Callable[[], Answer]) -> list[Answer]:
    """The answers of calls made at the same moment, each on a connection of its own."""

    def call(each: Callable[[], Answer]) -> Any:
        try:
            return each()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))
