"""Rebates are settled by the close, quarter to date, with one line for every fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from django.db import connection, transaction

from apps.incentives import queries
from apps.incentives.models import ProgrammeVersion, Settlement
from apps.incentives.rules.catalogue import TYPES
from apps.incentives.rules.outcome import Facts, Line, Outcome, Sale
from apps.kernel.missing import Missing
from apps.kernel.period import Month
from apps.metrics.models import MeasureValue, MonthRevision
from apps.sales.models import RetailDelivery

UNITS = "sales.retail_units"
BATCH = 2000
LINES_AT_ONCE = 50_000
_LINES = """
INSERT INTO incentives_settlementline (dealer_id, settlement_id, delivery_id, base_amount, amount)
SELECT * FROM unnest(string_to_array(%s, ',')::bigint[], string_to_array(%s, ',')::bigint[],
                     string_to_array(%s, ',')::bigint[],
                     string_to_array(%s, ',')::numeric[], string_to_array(%s, ',')::numeric[])
"""


@transaction.atomic
def settle(*, month: Month, revision: int, first_dealer: int, last_dealer: int) -> int:
    """Settle every programme in force for the month's quarter to date, for the dealers with ids first..last.

    Replaces its own rows and returns how many. A dealer without data of a month has no value with the reason
    `no_data:<month>`, never 0.
    """
    dealers = (first_dealer, last_dealer)
    Settlement.objects.filter(
        period=month.first, revision=revision, dealer_id__gte=dealers[0], dealer_id__lte=dealers[1]
    ).delete()
    versions = queries.versions_in_force(month)
    if not versions:
        return 0
    months = [each for each in month.quarter.months if each <= month]
    revisions = _revisions(month, revision)
    members = queries.dealers_of(months, dealers)
    this_year = _units(months, revisions, members)
    last_year = _units([each.year_ago for each in months], revisions, members)
    sales = _sales(months, dealers)
    written = 0
    given = {dealer: _facts(dealer, sales, this_year[dealer], last_year[dealer]) for dealer in members}
    for version in versions:
        kind = TYPES[version.type]
        params = kind.read(version.params)
        outcomes = {dealer: kind.settle(facts, params) for dealer, facts in given.items()}
        written += _write(version, month, revision, outcomes)
    return written


def _facts(
    dealer: int,
    sales: Mapping[int, Sequence[Sale]],
    this_year: Decimal | Missing,
    last_year: Decimal | Missing,
) -> Facts:
    """The dealer's facts; with a month of this year missing, nothing can be compared either."""
    units_last_year = this_year if isinstance(this_year, Missing) else last_year
    return Facts(tuple(sales.get(dealer, ())), units_last_year)


def _revisions(month: Month, revision: int) -> dict[Month, int]:
    """The revision of each month this reading is computed from."""
    row = MonthRevision.objects.get(period=month.first, revision=revision)
    return {Month.parse(earlier): number for earlier, number in row.basis.items()} | {month: revision}


def _units(
    months: Sequence[Month], revisions: Mapping[Month, int], dealers: Sequence[int]
) -> dict[int, Decimal | Missing]:
    """Retail units of these dealers over the months, or the first month without data."""
    rows = MeasureValue.objects.filter(
        period__in=[month.first for month in months],
        measure=UNITS,
        dimension="",
        dealer_id__in=dealers,
    ).values_list("dealer_id", "period", "revision", "value")
    found: dict[int, dict[Month, Decimal]] = defaultdict(dict)
    for dealer, period, revision, value in rows:
        month = Month.of(period)
        if revisions.get(month) == revision:
            found[dealer][month] = value
    return {dealer: _total(found.get(dealer, {}), months) for dealer in dealers}


def _total(values: Mapping[Month, Decimal], months: Sequence[Month]) -> Decimal | Missing:
    for month in months:
        if month not in values:
            return Missing(f"no_data:{month}")
    return sum((values[month] for month in months), Decimal(0))


def _sales(months: Sequence[Month], dealers: tuple[int, int]) -> dict[int, list[Sale]]:
    rows = RetailDelivery.objects.filter(
        period__in=[month.first for month in months], dealer_id__gte=dealers[0], dealer_id__lte=dealers[1]
    )
    found: dict[int, list[Sale]] = defaultdict(list)
    for dealer, pk, quantity, price in rows.values_list("dealer_id", "pk", "quantity", "price_amount"):
        found[dealer].append(Sale(f"{pk:020d}", Decimal(quantity), price))
    return found


def _write(version: ProgrammeVersion, month: Month, revision: int, outcomes: Mapping[int, Outcome]) -> int:
    rows = [_settlement(version, month, revision, dealer, found) for dealer, found in outcomes.items()]
    Settlement.objects.bulk_create(rows, batch_size=BATCH)
    _write_lines((row, line) for row in rows if row.rate for line in outcomes[row.dealer_id].lines)
    return len(rows)


def _write_lines(lines: Iterable[tuple[Settlement, Line]]) -> None:
    """Write lines, each of its settlement and that one's dealer; whole columns go as one text each."""
    pending = iter(lines)
    with connection.cursor() as cursor:
        while batch := list(islice(pending, LINES_AT_ONCE)):
            columns = (
                (str(owner.dealer_id) for owner, _line in batch),
                (str(owner.pk) for owner, _line in batch),
                (str(int(line.key)) for _owner, line in batch),
                (str(line.base) for _owner, line in batch),
                (str(line.amount) for _owner, line in batch),
            )
            cursor.execute(_LINES, [",".join(column) for column in columns])


def _settlement(
    version: ProgrammeVersion, month: Month, revision: int, dealer: int, outcome: Outcome
) -> Settlement:
    return Settlement(
        version=version,
        dealer_id=dealer,
        quarter=str(month.quarter),
        period=month.first,
        revision=revision,
        amount=outcome.amount,
        reason=outcome.reason,
        achievement=outcome.achievement,
        rate=outcome.rate,
        base_amount=outcome.base,
        facts=len(outcome.lines),
        trace=outcome.trace.data(),
    )
