"""What every rebate type takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from apps.kernel.trace import Trace


@dataclass(frozen=True)
class Sale:
    """A signed fact: its key, its units (+1 or −1) and its transaction amount, None when unknown."""

    key: str
    units: Decimal
    amount: Decimal | None


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


class RebateType(Protocol):
    """A rebate type: parameters that check themselves and settle facts."""

    @classmethod
    def read(cls, stored: Mapping[str, object]) -> RebateType:
        """The parameters from their stored form; ValueError names what is wrong."""
        ...

    def text(self, lang: str) -> str:
        """The rule in words, as a dealer reads it."""
        ...
