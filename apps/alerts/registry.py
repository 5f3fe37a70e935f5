"""What daily rules may read: values of today, declared by the apps that hold the facts.

An app above declares in its `alert_rules.py` which KPIs it can tell every day, and a query that tells them
for all dealers at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.alerts.rules import Split


@dataclass(frozen=True, slots=True)
class Today:
    """What a dealer has today of all its cars or of an item: the parts of the KPI, None where unknown.

    `label` names an item to people, `model` is the code of the model it belongs to.
    """

    dealer_id: int
    numerator: Decimal | None
    denominator: Decimal | None
    item: str = ""
    label: str = ""
    model: str = ""


@dataclass(frozen=True)
class Live:
    """A KPI that is told every day.

    `read(split, day)` gives the parts of every dealer (and item); the value is numerator ÷ denominator, or
    the numerator alone for a sum (`ratio` False).
    """

    kpi: str
    splits: frozenset[Split]
    read: Callable[[Split, date], Iterable[Today]]
    ratio: bool = True


_live: dict[str, Live] = {}
_items: list[Callable[[str], bool]] = []


def live(declared: Live) -> Live:
    """Declare a KPI that is told every day; ValueError when the code is taken."""
    if declared.kpi in _live:
        raise ValueError(f"{declared.kpi} is declared twice")
    _live[declared.kpi] = declared
    return declared


def items(known: Callable[[str], bool]) -> None:
    """Declare how the code of a model is checked."""
    _items.append(known)


def source(kpi: str) -> Live | None:
    """How a KPI is told every day; None when it is not."""
    return _live.get(kpi)


def can_read(kpi: str, split: Split) -> bool:
    """Whether a KPI is told every day with the cars told apart in this way."""
    found = _live.get(kpi)
    return found is not None and split in found.splits


def knows_item(code: str) -> bool:
    """Whether a model has this code."""
    return any(known(code) for known in _items)
