"""What published policies come to is set aside with each month: their terms so far, a line for every car."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import islice

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.incentives.models import Accrual, AccrualLine
from apps.incentives.queries import candidates, elsewhere, settled, terms
from apps.incentives.queries.terms import Due
from apps.incentives.rules import comparing, network
from apps.incentives.rules.outcomes import DealerOutcome, Line
from apps.kernel.period import Month

BATCH = 2000
LINES_AT_ONCE = 50_000
_LINES = """
INSERT INTO incentives_accrualline (dealer_id, accrual_id, delivery_id, component, units, base, amount)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::numeric[], %s::numeric[],
                     %s::numeric[])
"""
Clause = tuple[str, Line]
"""A line with the code of its clause."""


@transaction.atomic
def accrue(*, month: Month, revision: int, first_dealer: int, last_dealer: int, now: datetime) -> int:
    """Set aside what the policies in force come to for the dealers with ids first..last, dealer by dealer.

    Each policy's term is computed up to the month from the month's reading, by the version the term began
    with. Replaces all accruals of these dealers and returns how many there are. A dealer without data has no
    value with its reason, never 0. Policies that need the whole network come with `accrue_shared`.
    """
    within = (first_dealer, last_dealer)
    rows = Accrual.objects.filter(period=month.first, revision=revision)
    _clear(rows.filter(dealer_id__gte=first_dealer, dealer_id__lte=last_dealer))
    chosen = [each for each in terms.due(month) if not network.is_asked(each.version.read)]
    return _accrue(chosen, month, revision, within, now)


@transaction.atomic
def accrue_shared(*, month: Month, revision: int, now: datetime) -> int:
    """The same for policies whose dealers are judged together: ranks, pools and budgets of the network."""
    chosen = [each for each in terms.due(month) if network.is_asked(each.version.read)]
    versions = [each.version.pk for each in chosen]
    _clear(Accrual.objects.filter(period=month.first, revision=revision, version__in=versions))
    return _accrue(chosen, month, revision, None, now)


def _clear(rows: QuerySet[Accrual]) -> None:
    lines = AccrualLine.objects.filter(accrual__in=rows)
    lines._raw_delete(lines.db)
    rows.delete()


def _accrue(
    chosen: Sequence[Due], month: Month, revision: int, within: tuple[int, int] | None, now: datetime
) -> int:
    if not chosen:
        return 0
    dealers = {each.months: terms.members(each.months, within) for each in chosen}
    everybody = tuple(sorted(set().union(*dealers.values())))
    source = candidates.Source(everybody, now, candidates.readings(month, revision), month)
    written = 0
    for each in sorted(chosen, key=_order):
        members = set(dealers[each.months])
        document = each.version.read
        paid = elsewhere.accrued(document, month, revision, everybody)
        facts = {
            dealer: replace(given, facts=elsewhere.marked(given.facts, paid))
            for dealer, given in source.gather(document, each.window).items()
            if dealer in members
        }
        outcomes = settled.evaluated(document, facts, source.as_of)
        written += _write(each, month, revision, outcomes)
    return written


def _order(each: Due) -> tuple[int, str]:
    """Where a car is paid once by several policies, the one of the lowest priority number comes first."""
    read = each.version.read
    return min((part.priority for part in read.components if part.exclusive_group), default=0), read.code


def _write(each: Due, month: Month, revision: int, outcomes: Mapping[int, DealerOutcome]) -> int:
    told = {dealer: outcome for dealer, outcome in outcomes.items() if outcome.reason != "not_eligible"}
    lines = {dealer: _lines_of(outcome) for dealer, outcome in told.items()}
    rows = [_accrual(each, month, revision, outcome, lines[dealer]) for dealer, outcome in told.items()]
    Accrual.objects.bulk_create(rows, batch_size=BATCH)
    _write_lines((row, line) for row in rows for line in lines[row.dealer_id])
    return len(rows)


def _lines_of(outcome: DealerOutcome) -> list[Clause]:
    """The lines that carry money."""
    return [(part.code, line) for part in outcome.components for line in part.lines if line.amount]


def _accrual(
    each: Due, month: Month, revision: int, outcome: DealerOutcome, lines: Sequence[Clause]
) -> Accrual:
    parts = outcome.components
    return Accrual(
        version=each.version,
        dealer_id=outcome.dealer,
        window_first=each.window.first,
        window_last=each.window.last,
        period=month.first,
        revision=revision,
        amount=outcome.amount if outcome.complete else None,
        reason=next((part.reason for part in parts if part.reason), outcome.reason),
        units=max((part.units for part in parts), default=Decimal(0)),
        achievement=parts[0].achievement if len(parts) == 1 else None,
        included=len({key for part in parts for key in part.paid if key}),
        excluded=len(outcome.excluded),
        pending=len(outcome.pending),
        components=[comparing.component_data(part) for part in parts],
        sha256=_hash(lines),
    )


def _hash(lines: Iterable[Clause]) -> str:
    """The hash of lines in a fixed order, with what each says."""
    told = sorted(
        f"{code}|{line.key}|{comparing.plain(line.units)}|{comparing.plain(line.base)}|{line.amount}"
        for code, line in lines
    )
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _write_lines(lines: Iterable[tuple[Accrual, Clause]]) -> None:
    """Write lines, each of its accrual and that one's dealer, whole columns at once."""
    pending = iter(lines)
    with connection.cursor() as cursor:
        while batch := list(islice(pending, LINES_AT_ONCE)):
            rows = [
                (
                    owner.dealer_id,
                    owner.pk,
                    int(line.key) if line.key else None,
                    code,
                    line.units,
                    line.base,
                    line.amount,
                )
                for owner, (code, line) in batch
            ]
            cursor.execute(_LINES, [list(column) for column in zip(*rows, strict=True)])
