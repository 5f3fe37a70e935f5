"""What every rebate type takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.incentives.rules.declared import Words
from apps.kernel.missing import Missing
from apps.kernel.trace import Trace


@dataclass(frozen=True)
class Sale:
    """A signed fact: its key, its units (+1 or −1) and its transaction amount, None when unknown."""

    key: str
    units: Decimal
    amount: Decimal | None


@dataclass(frozen=True)
class Facts:
    """What one dealer did in the window: its sales, and the units of the same window last year if known."""

    sales: tuple[Sale, ...]
    units_last_year: Decimal | Missing


@dataclass(frozen=True)
class Line:
    """The share of one fact in the amount, to the fen."""

    key: str
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Outcome:
    """What a rebate comes to: the amount and its lines, or the reason why there is no value."""

    amount: Decimal | None
    reason: str
    achievement: Decimal | None
    rate: Decimal | None
    base: Decimal | None
    lines: tuple[Line, ...]
    trace: Trace


@dataclass(frozen=True)
class Figure:
    """A value of an outcome as people read it: `name` is achievement, rate or base of the outcome, `unit`
    how it is shown (percent, money, units, number).
    """

    name: str
    label: Words
    unit: str


@dataclass(frozen=True)
class RebateType:
    """A rebate type: `read` makes parameters of their stored form (ValueError names what is wrong), `settle`
    turns facts and parameters into an outcome, `text` says the rule as a dealer reads it. `figures` are the
    values a page and the API show beside the amount, `reasons` the words for having no value, where
    `{detail}` stands for what follows the colon in a reason.
    """

    code: str
    label_zh: str
    label_en: str
    read: Callable[[Mapping[str, Any]], Any]
    settle: Callable[[Facts, Any], Outcome]
    text: Callable[[Any, str], str]
    figures: tuple[Figure, ...] = ()
    reasons: Mapping[str, Words] = field(default_factory=dict)

    def why(self, reason: str, lang: str) -> str:
        """A reason for having no value in words; one without words as it is."""
        code, _sep, detail = reason.partition(":")
        words = self.reasons.get(code)
        return reason if words is None else words.text(lang).format(detail=detail or "—")
