"""What a policy comes to for one dealer: amounts, lines, conditions, exclusions, what is pending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apps.incentives.rules.document import Gate
from apps.kernel.trace import Trace


class Line(NamedTuple):
    """The share of one fact in an amount, to the fen; the key is "" for a line of the dealer as a whole.

    `base` is what the value was multiplied with (units or Σ price), `units` the signed units of the fact.
    """

    key: str
    units: Decimal
    base: Decimal
    amount: Decimal


class Excluded(NamedTuple):
    """A fact that is not paid, why (a code of `reasons.EXCLUSIONS`) and the document that would cure it."""

    key: str
    code: str
    cure: str = ""


class Pending(NamedTuple):
    """A fact whose evidence may still come until a day: neither in nor out."""

    key: str
    kind: str
    until: date


@dataclass(frozen=True, slots=True)
class GateResult:
    """A condition with the value it was judged by; `passed` is None without a value."""

    gate: Gate
    value: Decimal | None
    passed: bool | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What more cars would bring: the next car, and the next tier (at so many units, that many to go)."""

    car_value: Decimal
    at_units: Decimal | None = None
    units_to_go: Decimal | None = None
    gain: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ComponentOutcome:
    """One clause for one dealer: an amount to the fen with lines that sum to it, or a reason for none.

    `exact` is the amount before it was rounded; `rate`, `base` and `achievement` are what it was made of.
    """

    code: str
    amount: Decimal | None
    reason: str
    trace: Trace
    lines: tuple[Line, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    pending: tuple[Pending, ...] = ()
    gates: tuple[GateResult, ...] = ()
    units: Decimal = Decimal(0)
    achievement: Decimal | None = None
    rate: Decimal | None = None
    base: Decimal | None = None
    exact: Decimal | None = None
    next_step: NextStep | None = None

    @property
    def paid(self) -> frozenset[str]:
        """Keys of the facts that count; a line of a fact that is out is a penalty."""
        found = {line.key for line in self.lines}
        return frozenset(found.difference([each.key for each in self.excluded]))


@dataclass(frozen=True, slots=True)
class DealerOutcome:
    """All clauses of a policy for one dealer; `reason` says why nothing of it applies to the dealer."""

    dealer: int
    components: tuple[ComponentOutcome, ...]
    reason: str = ""

    @property
    def amount(self) -> Decimal | None:
        """Σ of the clauses that have a value, None if none has."""
        found = [each.amount for each in self.components if each.amount is not None]
        return sum(found, Decimal("0.00")) if found else None

    @property
    def complete(self) -> bool:
        """Whether every clause has a value."""
        return all(each.amount is not None for each in self.components)

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """Facts no clause paid, each once, with the reason of the first clause that looked at it."""
        if not any(each.excluded for each in self.components):
            return ()
        paid = {key for each in self.components for key in each.paid}
        found: dict[str, Excluded] = {}
        for each in self.components:
            for out in each.excluded:
                if out.key not in paid:
                    found.setdefault(out.key, out)
        return tuple(found.values())

    @property
    def pending(self) -> tuple[Pending, ...]:
        """Facts that wait for evidence, each once."""
        found: dict[str, Pending] = {}
        for each in self.components:
            for wait in each.pending:
                found.setdefault(wait.key, wait)
        return tuple(found.values())

    def component(self, code: str) -> ComponentOutcome:
        """The outcome of one clause; KeyError if there is none."""
        for each in self.components:
            if each.code == code:
                return each
        raise KeyError(code)
