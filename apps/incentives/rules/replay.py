"""Which terms a back-test replays, and how the clauses of a dealer add up in it. Source: F3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.facts import Window
from apps.incentives.rules.outcomes import DealerOutcome
from apps.incentives.rules.terms import Term
from apps.kernel.period import Month, months_between


def dated(document: PolicyDocument, first: Month, last: Month) -> PolicyDocument:
    """The document as it is replayed: a range of days to come is replayed on the months as a whole."""
    if document.term.kind != "range":
        return document
    return replace(document, term=Term("range", first.first, last.last))


def windows(document: PolicyDocument, first: Month, last: Month) -> tuple[Window, ...]:
    """The terms of a document that lie wholly inside the months, in order."""
    found: dict[Window, None] = {}
    for month in months_between(first, last):
        each = document.window_of(month.first)
        if each is not None and first.first <= each.first and each.last <= last.last:
            found[each] = None
    return tuple(found)


def window(first: str, last: str) -> Window:
    """A term from its days as ISO texts."""
    return Window(date.fromisoformat(first), date.fromisoformat(last))


def total(outcomes: Sequence[DealerOutcome]) -> tuple[Decimal | None, str]:
    """Σ of the clauses; no value, with the first reason, as soon as one clause of a dealer has none."""
    found = Decimal("0.00")
    for outcome in outcomes:
        for part in outcome.components:
            if part.amount is None:
                return None, part.reason
            found += part.amount
    return found, ""
