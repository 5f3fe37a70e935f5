"""What other policies say of a car: they pay for it already, or a dispute about them was won.

A car is paid once in an exclusive group. A reason that was waived in a dispute is waived for the policy of
that dispute only: who decided looked at its clauses and its money, not at others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from apps.incentives.models import AccrualLine, PolicyVersion, Statement, StatementLine
from apps.incentives.queries import granted
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.facts import Fact
from apps.incentives.rules.settling import FINAL
from apps.kernel.period import Month
from apps.sales import queries as sales

_FINAL = [state.value for state in FINAL]
Paid = Mapping[int, frozenset[str]]
"""By delivery: the exclusive groups in which another policy pays for it."""


class Others(NamedTuple):
    """By delivery: the groups in which others pay for it, the reasons that were waived for others only."""

    paid: Paid
    waived: Paid


def settled(document: PolicyDocument, dealers: Collection[int], known_at: datetime) -> Others:
    """What statements of other policies pay for and disputes about them waived, as known at a moment."""
    return Others(_paid(document, dealers, known_at), _waived(document, dealers, known_at))


def _waived(document: PolicyDocument, dealers: Collection[int], known_at: datetime) -> Paid:
    found: dict[int, frozenset[str]] = {}
    for delivery, by_policy in granted.waived(dealers, known_at).items():
        mine = by_policy.get(document.code, frozenset())
        theirs = frozenset().union(*by_policy.values()) - mine
        if theirs:
            found[delivery] = theirs
    return found


def _paid(document: PolicyDocument, dealers: Collection[int], known_at: datetime) -> Paid:
    if not groups_of(document):
        return {}
    shown = {"state__in": _FINAL, "published_at__lte": known_at}
    later = Statement.objects.filter(
        policy=OuterRef("statement__policy"),
        window_first=OuterRef("statement__window_first"),
        dealer=OuterRef("dealer"),
        number__gt=OuterRef("statement__number"),
        **shown,
    )
    rows = StatementLine.objects.filter(
        ~Exists(later),
        dealer__in=list(dealers),
        **{f"statement__{name}": each for name, each in shown.items()},
    ).exclude(statement__policy__code=document.code)
    return _groups(document, rows, "statement__version")


def accrued(document: PolicyDocument, month: Month, revision: int, dealers: Collection[int]) -> Others:
    """Cars that other policies pay for in the same reading of a month, as far as it is computed."""
    if not groups_of(document):
        return Others({}, {})
    rows = AccrualLine.objects.filter(
        accrual__period=month.first, accrual__revision=revision, dealer__in=list(dealers)
    ).exclude(accrual__version__policy__code=document.code)
    return Others(_groups(document, rows, "accrual__version"), {})


def groups_of(document: PolicyDocument) -> frozenset[str]:
    """The exclusive groups of a policy's clauses."""
    return frozenset(each.exclusive_group for each in document.components if each.exclusive_group)


def marked(facts: tuple[Fact, ...], others: Others) -> tuple[Fact, ...]:
    """The facts with what others pay for them, and without what was waived for others only."""
    paid, waived = others
    if not paid and not waived:
        return facts
    return tuple(
        fact._replace(
            paid=fact.paid | paid.get(int(fact.key), frozenset()),
            waived=fact.waived - waived.get(int(fact.key), frozenset()),
        )
        if int(fact.key) in paid or int(fact.key) in waived
        else fact
        for fact in facts
    )


def _groups(document: PolicyDocument, rows: Any, version: str) -> Paid:
    """What lines of other policies pay for in the groups of this one."""
    wanted = groups_of(document)
    chosen: dict[int, dict[str, str]] = {}
    for each in PolicyVersion.objects.filter(pk__in=rows.order_by().values(version).distinct()):
        named = {part.code: part.exclusive_group for part in each.read.components}
        chosen[each.pk] = {code: group for code, group in named.items() if group in wanted}
    found: dict[int, set[str]] = defaultdict(set)
    lines: Iterable[tuple[int, str, int]] = (
        rows.filter(**{f"{version}__in": [pk for pk, named in chosen.items() if named]})
        .filter(amount__gt=0, delivery__isnull=False)
        .values_list("delivery_id", "component", version)
    )
    for delivery, component, pk in lines:
        if component in chosen[pk]:
            found[delivery].add(chosen[pk][component])
    for later in sales.later_revisions(found):
        found[later.pk] |= found[later.of]
    return {delivery: frozenset(groups) for delivery, groups in found.items()}
