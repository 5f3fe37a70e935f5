"""The statements of the sample: cars and stock from the facts, the rest from a dealer's size and fortune."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import connection

from apps.demo.rules import Profile, Story, stream
from apps.demo.rules.books import Month as Books
from apps.demo.rules.books import Sold, Store, audited, month_of, planned
from apps.finance.models import WorkingCapitalStandard
from apps.kernel.period import Month

SOURCE = "sample"
TABLE = "finance_statement"
PLANNED_MONTHS = 6
"""The last months have a plan too."""
_ZONE = ZoneInfo("Asia/Shanghai")
_SOLD = """
SELECT d.dealer_id, d.period, sum(d.quantity), sum(d.quantity * d.price_amount), sum(d.quantity * u.cost)
  FROM sales_retaildelivery AS d
  JOIN (SELECT vin, min(cost_amount) AS cost FROM inventory_stockunit GROUP BY vin) AS u USING (vin)
 GROUP BY 1, 2
"""
_STOCK = """
SELECT u.dealer_id, m.first_on, sum(u.cost_amount)
  FROM unnest(%s::date[], %s::date[]) AS m (first_on, last_on)
  JOIN inventory_stockunit AS u
    ON u.received_on <= m.last_on AND (u.gone_on IS NULL OR u.gone_on > m.last_on)
 GROUP BY 1, 2
"""
_COLUMNS = (
    "dealer_id, kind, period, revision, state, amounts, notes, accounts, source, recorded_at, final_at, "
    "superseded_at"
)


def load(found: Sequence[Profile], dealers: Mapping[str, int], months: Sequence[Month], *, seed: int) -> int:
    """Give every dealer statements of closed months, audited years and planned months; returns how many."""
    sold = _sold()
    stock = _stock(months)
    lines: list[str] = []
    for profile in found:
        dealer = dealers[profile.code]
        rng = stream(seed, "statements", profile.number)
        lines += _of_dealer(profile, dealer, months, rng, sold, stock)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {TABLE} ({_COLUMNS}) FROM STDIN", io.StringIO("".join(lines)))
    _standards([dealers[profile.code] for profile in found], months[0])
    return len(lines)


def _standards(dealers: Sequence[int], first: Month) -> None:
    """The working capital the maker asks of each dealer, by its size class; raised for all after a year."""
    rows = [
        WorkingCapitalStandard(
            dealer_id=dealer, amount=(3 + dealer % 4) * 500_000 - lower, effective_from=since.first
        )
        for lower, since in ((250_000, first.shift(-12)), (0, first))
        for dealer in dealers
    ]
    WorkingCapitalStandard.objects.bulk_create(rows, batch_size=5000)


def _of_dealer(
    profile: Profile,
    dealer: int,
    months: Sequence[Month],
    rng: Random,
    sold: Mapping[tuple[int, Month], Sold],
    stock: Mapping[tuple[int, Month], int],
) -> Iterator[str]:
    store = Store.of(profile, rng)
    books: Books | None = None
    year: list[dict[str, int]] = []
    past: list[dict[str, int]] = []
    for index, month in enumerate(months):
        cars = sold.get((dealer, month), Sold(0, 0, 0))
        if past and index >= len(months) - PLANNED_MONTHS:
            plan = planned(past[-3:], 1.02 + dealer % 5 / 100)
            yield _row(dealer, "plan", month, plan, {}, final=True, at=month)
        books = month_of(store, month, cars, stock.get((dealer, month), 0), books, rng)
        if month.month == 1:
            year = []
        year.append(books.lines)
        past.append(books.lines)
        late = profile.story is Story.LATE and index >= len(months) - 2 and rng.random() < 0.5
        if not late:
            yield _row(dealer, "month", month, books.lines, books.notes, final=index < len(months) - 1)
        if month.month == 12 and len(year) == 12:
            lines, notes = audited(year, rng)
            yield _row(dealer, "year", month.shift(-11), lines, notes, final=True, at=month.shift(4))


def _row(
    dealer: int,
    kind: str,
    month: Month,
    lines: Mapping[str, int],
    notes: Mapping[str, str],
    *,
    final: bool,
    at: Month | None = None,
) -> str:
    day = (at or month.next).first + timedelta(days=4 + dealer % 5)
    recorded = datetime.combine(day, time(16, dealer % 60), _ZONE)
    values = (
        dealer,
        kind,
        month.first,
        1,
        "final" if final else "provisional",
        json.dumps({code: str(value) for code, value in lines.items()}, separators=(",", ":")),
        json.dumps(notes, ensure_ascii=False),
        "[]",
        SOURCE,
        recorded.isoformat(),
        (recorded + timedelta(days=2)).isoformat() if final else r"\N",
        r"\N",
    )
    return "\t".join(map(str, values)) + "\n"


def _sold() -> dict[tuple[int, Month], Sold]:
    with connection.cursor() as cursor:
        cursor.execute(_SOLD)
        return {
            (dealer, Month.of(period)): Sold(int(units), int(amount or 0), int(cost or 0))
            for dealer, period, units, amount, cost in cursor.fetchall()
        }


def _stock(months: Sequence[Month]) -> dict[tuple[int, Month], int]:
    bounds = [[month.first for month in months], [month.last for month in months]]
    with connection.cursor() as cursor:
        cursor.execute(_STOCK, bounds)
        return {(dealer, Month.of(period)): int(cost) for dealer, period, cost in cursor.fetchall()}
