"""What every rebate type takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.incentives.rules.declared import Words
from apps.incentives.rules.given import Given
from apps.kernel.missing import Missing
from apps.kernel.trace import Step


@dataclass(frozen=True, slots=True)
class Payment:
    """What a type comes to before conditions and caps, unrounded; amount None carries its reason.

    `weight` says how the amount falls on the facts: units, price, pretax, list (units × that price), shares
    (one exact amount per fact, in `shares`) or dealer (one line for the dealer as a whole). `factor` is the
    amount per weight where it is the same for all. `achievement` and `rate` are shown beside the amount.
    """

    amount: Decimal | None
    reason: str = ""
    steps: tuple[Step, ...] = ()
    weight: str = "units"
    factor: Decimal | None = None
    shares: tuple[Decimal, ...] = ()
    achievement: Decimal | None = None
    rate: Decimal | None = None
    base: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """How dealers are ranked: by which measure, whether more is better, among which class ("" for all)."""

    measure: str
    higher: bool = True
    group: str = ""


def no_value(reason: str | Missing, *steps: Step) -> Payment:
    """No amount, with its reason."""
    return Payment(None, reason.reason if isinstance(reason, Missing) else reason, steps)


def _none(_params: Any) -> tuple[str, ...]:
    return ()


def _never(_given: Given, _params: Any) -> Sequence[Decimal]:
    return ()


@dataclass(frozen=True)
class RebateType:
    """A rebate type: its declared parameters, the rule, and the clause as a dealer reads it.

    `measures` names the measure codes the parameters read, `reaches` the units at which the next steps lie
    (for what the next car is worth), `ranked` how dealers are ranked, None for types that rank nobody.
    `price` is the price basis a fact must have ("" for none) and `figures` further values it must have: facts
    without them are excluded as R05. `kinds` are the kinds of facts the type can pay, the first its default.
    """

    code: str
    label: Words
    help: Words
    params: type
    settle: Callable[[Given, Any], Payment]
    text: Callable[[Any, str], str]
    measures: Callable[[Any], tuple[str, ...]] = _none
    reaches: Callable[[Given, Any], Sequence[Decimal]] = _never
    ranked: Callable[[Any], Ranked | None] = field(default=lambda _params: None)
    monotone: Callable[[Any], bool] = field(default=lambda _params: True)
    price: Callable[[Any], str] = field(default=lambda _params: "")
    figures: Callable[[Any], tuple[str, ...]] = _none
    kinds: tuple[str, ...] = ("retail", "wholesale")
