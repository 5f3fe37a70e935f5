"""What every rebate type takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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
class RebateType:
    """A rebate type: `read` makes parameters of their stored form (ValueError names what is wrong), `settle`
    turns facts and parameters into an outcome, `text` says the rule as a dealer reads it.
    """

    code: str
    label_zh: str
    label_en: str
    read: Callable[[Mapping[str, Any]], Any]
    settle: Callable[[Facts, Any], Outcome]
    text: Callable[[Any, str], str]
