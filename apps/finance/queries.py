"""Reads of statements: of one store, beside its own past and plan, and beside its peers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from apps.core import reach
from apps.core.access import Actor
from apps.dealers.models import Dealer
from apps.finance import policies
from apps.finance.models import CommonAccount, Statement, StoreAccount
from apps.finance.rules import accounts, checks, peers
from apps.finance.rules.kinds import StatementKind
from apps.kernel.kpi import Better, Kpi
from apps.kernel.period import Month, months_between
from apps.metrics.models import KpiValue, MonthRevision

HISTORY = 13
PEERS = "quartiles are counted over the group; no peer's value leaves this function"


def statements(*, actor: Actor) -> QuerySet[Statement]:
    """Statements of the actor's dealers that count."""
    return all_revisions(actor=actor).filter(superseded_at=None)


def all_revisions(*, actor: Actor) -> QuerySet[Statement]:
    """The same, replaced ones among them."""
    return policies.statement.visible_to(actor, Statement.objects.select_related("dealer"))


def store_accounts(*, actor: Actor) -> QuerySet[StoreAccount]:
    """The accounts that the actor's dealers mapped themselves."""
    return policies.store.visible_to(actor, StoreAccount.objects.select_related("dealer"))


def common_accounts(*, actor: Actor) -> QuerySet[CommonAccount]:
    """The common chart of accounts."""
    return policies.common.visible_to(actor, CommonAccount.objects.all())


def current(dealer_id: int, kind: str, months: Collection[Month]) -> dict[Month, Statement]:
    """The statements of a dealer that count, by month; months without one are absent."""
    rows = Statement.objects.filter(
        dealer_id=dealer_id, kind=kind, period__in=[month.first for month in months], superseded_at=None
    )
    return {Month.of(row.period): row for row in rows}


@dataclass(frozen=True)
class Beside:
    """A statement's lines beside those it is compared with; None where there is no such statement."""

    now: Mapping[str, Decimal]
    before: Mapping[str, Decimal] | None
    year_ago: Mapping[str, Decimal] | None
    plan: Mapping[str, Decimal] | None
    year_to_date: Mapping[str, Decimal] | None


def beside(statement: Statement) -> Beside:
    """A month's statement beside the month before, the same month last year, the plan and the year so far."""
    month = Month.of(statement.period)
    wanted = {month.previous, month.year_ago, *month.year_to_date}
    found = current(statement.dealer_id, StatementKind.MONTH, wanted) | {month: statement}
    planned = current(statement.dealer_id, StatementKind.PLAN, [month])
    lines = {when: row.lines for when, row in found.items()}
    return Beside(
        now=statement.lines,
        before=lines.get(month.previous),
        year_ago=lines.get(month.year_ago),
        plan=planned[month].lines if month in planned else None,
        year_to_date=_summed([lines.get(each) for each in month.year_to_date]),
    )


def _summed(months: Sequence[Mapping[str, Decimal] | None]) -> Mapping[str, Decimal] | None:
    known = [month for month in months if month is not None]
    if len(known) < len(months):
        return None
    codes = set(known[0]).intersection(*known)
    return {code: sum((month[code] for month in known), Decimal(0)) for code in codes}


def history(statement: Statement, count: int = HISTORY) -> dict[Month, Mapping[str, Decimal]]:
    """The lines of the months up to a statement's, the oldest first; months without one are absent."""
    last = Month.of(statement.period)
    months = list(months_between(last.shift(1 - count), last))
    found = current(statement.dealer_id, StatementKind.MONTH, months)
    return {month: found[month].lines for month in months if month in found}


def earlier_in_year(dealer_id: int, month: Month) -> list[Mapping[str, Decimal]] | None:
    """The statements of all months of the year before a month; None when one of them is missing."""
    return lines_of(dealer_id, month.year_to_date[:-1])


def reconciliation(statement: Statement) -> list[checks.Difference]:
    """A quarter's or audited year's statement line by line against its months; empty when one is missing.

    A plan is not measured against what came of it.
    """
    if statement.kind == StatementKind.PLAN:
        return []
    months = lines_of(statement.dealer_id, months_of(statement.kind, Month.of(statement.period)))
    return [] if months is None else checks.reconcile(statement.lines, months)


def months_of(kind: str, first: Month) -> list[Month]:
    """The months a statement of this kind covers."""
    count = {StatementKind.QUARTER: 3, StatementKind.YEAR: 12}.get(StatementKind(kind), 1)
    return [first.shift(place) for place in range(count)]


def lines_of(dealer_id: int, months: Sequence[Month]) -> list[Mapping[str, Decimal]] | None:
    """The lines of these months in order; None when one of them has no statement."""
    found = current(dealer_id, StatementKind.MONTH, months)
    return [found[month].lines for month in months] if len(found) == len(months) else None


def charts(dealer_id: int) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Where a store's accounts go: what it mapped itself, and the common chart."""
    own = dict(StoreAccount.objects.filter(dealer_id=dealer_id).values_list("account", "line"))
    return own, dict(CommonAccount.objects.values_list("account", "line"))


def mapped(dealer_id: int, balances: Sequence[accounts.Balance]) -> accounts.Mapped:
    """A store's balances by line, and its accounts without one."""
    return accounts.mapped(balances, *charts(dealer_id))


def peer_group(dealer: Dealer) -> frozenset[int]:
    """The ids of the dealers that one is compared with, itself included: same store type and city tier."""
    rows = Dealer.objects.filter(
        store_type=dealer.store_type, city_tier=dealer.city_tier, merged_into=None, closed_on=None
    )
    with reach.beyond(PEERS):
        return frozenset(rows.values_list("pk", flat=True)) | {dealer.pk}


def peer_medians(statement: Statement, group: Collection[int]) -> Mapping[str, Decimal]:
    """The median of every line over the group's statements of the period; empty for fewer than five."""
    rows = Statement.objects.filter(
        kind=statement.kind, period=statement.period, superseded_at=None, dealer_id__in=group
    )
    with reach.beyond(PEERS):
        found = [
            {code: Decimal(text) for code, text in amounts.items()}
            for amounts in rows.values_list("amounts", flat=True)
        ]
    medians = {}
    for code in {code for lines in found for code in lines}:
        values = {place: lines[code] for place, lines in enumerate(found) if code in lines}
        standing = peers.standing(values, -1)
        if standing is not None:
            medians[code] = standing.median
    return medians


def peer_standings(
    dealer_id: int, kpis: Sequence[Kpi], reading: MonthRevision | None, group: Collection[int]
) -> Mapping[str, peers.Peers]:
    """How a dealer's KPIs stand in its group in one reading; KPIs known of fewer than five are absent."""
    if reading is None:
        return {}
    rows = KpiValue.objects.filter(
        period=reading.period,
        revision=reading.revision,
        kpi__in=[kpi.code for kpi in kpis],
        dealer_id__in=group,
    )
    by_kpi: dict[str, dict[int, Decimal]] = {}
    with reach.beyond(PEERS):
        for code, dealer, value in rows.values_list("kpi", "dealer_id", "value"):
            if value is not None:
                by_kpi.setdefault(code, {})[dealer] = value
    found = {}
    for kpi in kpis:
        higher = kpi.better is not Better.LOWER
        standing = peers.standing(by_kpi.get(kpi.code, {}), dealer_id, higher_is_better=higher)
        if standing is not None:
            found[kpi.code] = standing
    return found
