"""What is set aside stands in the ledger: booked by each close, replaced by what is settled.

The account `accrual` of a dealer holds what its open terms come to. A close brings it up to what the month
computed; the publication of a settlement replaces that by the published statements; what becomes payable
moves on from there. Every entry is the difference to what was booked before, under a key of its own.
Source: domain.md §6.3, accrual and settlement.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from apps.core.access import Actor
from apps.incentives.models import Accrual, SettlementRun, Statement
from apps.incentives.rules.settling import FINAL, StatementState
from apps.kernel.period import Month
from apps.ledger import services as ledger
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, Line
from apps.periods import queries as periods

ACCRUAL, STATEMENT = "incentives.accrual", "incentives.statement"
Term = tuple[int, date]
"""A policy and the first day of one of its terms."""
_BOOKED = """
WITH about AS (
    SELECT 'incentives.accrual' AS label, a.id, a.dealer_id, a.period FROM incentives_accrual AS a
      JOIN incentives_policyversion AS v ON v.id = a.version_id
     WHERE v.policy_id = %(policy)s AND a.window_first = %(first)s
    UNION ALL
    SELECT 'incentives.statement', s.id, s.dealer_id, NULL FROM incentives_statement AS s
     WHERE s.policy_id = %(policy)s AND s.window_first = %(first)s
)
SELECT about.dealer_id, sum(p.amount), max(about.period),
       min(about.id) FILTER (WHERE about.label = 'incentives.accrual')
  FROM about JOIN ledger_entry AS e ON e.target_label = about.label AND e.target_id = about.id
  JOIN ledger_posting AS p ON p.entry_id = e.id
  JOIN ledger_account AS k ON k.id = p.account_id AND k.kind = 'accrual'
 GROUP BY about.dealer_id
"""


@dataclass(frozen=True)
class Booked:
    """What the ledger holds for a dealer's term, the last month it was booked for, one accrual it is of."""

    amount: Decimal
    period: date | None
    accrual: int | None


@transaction.atomic
def book_accruals(*, month: Month, revision: int, actor: Actor, now: datetime) -> int:
    """Bring the ledger up to what a month's reading computed; returns how many entries that took.

    Terms a dealer has a published statement of, and those booked for a later month, stay as they are.
    """
    rows = list(
        Accrual.objects.filter(period=month.first, revision=revision).select_related("version__policy")
    )
    terms: dict[Term, list[Accrual]] = {}
    for row in rows:
        terms.setdefault((row.version.policy_id, row.window_first), []).append(row)
    on = periods.business_calendar().bounds(month)[1]
    drafts = [
        draft
        for (policy, first), found in terms.items()
        for draft in _differences(policy, first, found, month, revision, on)
    ]
    ledger.post_many(drafts=drafts, actor=actor, now=now)
    return len(drafts)


def _differences(
    policy: int, first: date, rows: Collection[Accrual], month: Month, revision: int, on: date
) -> list[Draft]:
    known, settled = booked(policy, first), _settled(policy, first)
    drafts = []
    for row in rows:
        before = known.pop(row.dealer_id, Booked(Decimal(0), None, None))
        if row.dealer_id in settled or (before.period is not None and before.period > month.first):
            continue
        change = (row.amount or Decimal(0)) - before.amount
        if change:
            key = f"{ACCRUAL}:{row.pk}"
            drafts.append(_draft(key, row.dealer_id, change, on, (ACCRUAL, row.pk), str(row)))
    for dealer, before in known.items():  # the policy says nothing about the dealer any more
        late = before.period is not None and before.period > month.first
        if before.amount and before.accrual and dealer not in settled and not late:
            key = f"{ACCRUAL}:{before.accrual}:{month}:{revision}"
            drafts.append(_draft(key, dealer, -before.amount, on, (ACCRUAL, before.accrual), ""))
    return drafts


def replace(*, run: SettlementRun, actor: Actor, now: datetime) -> None:
    """Replace what was set aside for a term by what its published statements say and is not payable yet."""
    known, want = booked(run.policy_id, run.window_first), _open(run.policy_id, run.window_first)
    statements = dict(Statement.objects.filter(run=run).values_list("dealer_id", "pk"))
    drafts = []
    for dealer in sorted({*known, *want}):
        before = known.get(dealer, Booked(Decimal(0), None, None))
        change = want.get(dealer, Decimal(0)) - before.amount
        about = (STATEMENT, statements[dealer]) if dealer in statements else (ACCRUAL, before.accrual or 0)
        if change:
            key = f"{ACCRUAL}:run:{run.pk}:{dealer}"
            drafts.append(_draft(key, dealer, change, timezone.localdate(now), about, str(run)))
    ledger.post_many(drafts=drafts, actor=actor, now=now)


def bring_up(*, statements: Collection[Statement], actor: Actor, now: datetime) -> int:
    """Set aside what published statements say and nothing was ever booked for; returns of how many terms.

    Statements published before rebates were accrued have no entry: what becomes payable of them would
    otherwise leave the accrual below zero.
    """
    terms: dict[Term, dict[int, Statement]] = {}
    for row in statements:
        terms.setdefault((row.policy_id, row.window_first), {})[row.dealer_id] = row
    drafts = []
    for (policy, first), rows in sorted(terms.items()):
        known, want = booked(policy, first), _open(policy, first)
        for dealer, row in sorted(rows.items()):
            before = known[dealer].amount if dealer in known else Decimal(0)
            change = want.get(dealer, Decimal(0)) - before
            if change:
                key = f"{ACCRUAL}:late:{row.pk}"
                day = timezone.localdate(now)
                drafts.append(_draft(key, dealer, change, day, (STATEMENT, row.pk), str(row)))
    ledger.post_many(drafts=drafts, actor=actor, now=now)
    return len(drafts)


def booked(policy_id: int, window_first: date) -> dict[int, Booked]:
    """What the ledger holds for a term of a policy, by dealer."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, {"policy": policy_id, "first": window_first})
        return {dealer: Booked(amount, period, pk) for dealer, amount, period, pk in cursor.fetchall()}


def _settled(policy_id: int, window_first: date) -> frozenset[int]:
    """Dealers with a published statement of the term."""
    rows = Statement.objects.filter(
        policy_id=policy_id, window_first=window_first, state__in=[state.value for state in FINAL]
    )
    return frozenset(rows.values_list("dealer_id", flat=True))


def _open(policy_id: int, window_first: date) -> dict[int, Decimal]:
    """Σ of published statements that are not payable yet, by dealer."""
    done = [StatementState.PAYABLE.value, StatementState.PAID.value]
    waiting = [state.value for state in FINAL if state.value not in done]
    rows = Statement.objects.filter(policy_id=policy_id, window_first=window_first, state__in=waiting)
    return dict(rows.values_list("dealer_id").annotate(Sum("delta")))


def _draft(key: str, dealer: int, change: Decimal, on: date, about: tuple[str, int], note: str) -> Draft:
    return Draft(
        key=key,
        book=Book(dealer_id=dealer),
        kind=EntryKind.ACCRUAL if change > 0 else EntryKind.REVERSAL,
        lines=[Line(AccountKind.REBATE_COST, -change), Line(AccountKind.ACCRUAL, change)],
        occurred_on=on,
        target_label=about[0],
        target_id=about[1],
        note=note,
    )
