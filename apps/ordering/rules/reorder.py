"""What to order: a suggestion with its parts, which a dealer confirms or changes; never imposed.

Two forms lead to the stock aimed at: expected sales and a safety stock (s, S), or months of stock
(coefficient). Old stock of a model and the money left hold a suggestion back. Source: domain.md §1.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from apps.kernel.missing import Missing

AGED_LIMIT = Decimal("0.25")
SERVICE_LEVELS = {90: Decimal("1.2816"), 95: Decimal("1.6449")}
"""Normal quantiles of the shipped service levels in percent. Source: §1.3."""
TEN_DAYS = Decimal(1) / 3
NO_FORECAST = Missing("no_forecast")


class Form(StrEnum):
    """How the stock aimed at is found."""

    SAFETY = "safety"
    COEFFICIENT = "coefficient"


class Brake(StrEnum):
    """What held a suggestion back."""

    AGED = "aged"
    FUNDS = "funds"


@dataclass(frozen=True, slots=True)
class Terms:
    """The parameters: lead and review time in months, the quantile, months of stock, limit of aged share."""

    form: Form = Form.SAFETY
    lead_months: Decimal = Decimal("0.5")
    review_months: Decimal = TEN_DAYS
    z: Decimal = SERVICE_LEVELS[90]
    stock_months: Decimal = Decimal("1.2")
    aged_limit: Decimal = AGED_LIMIT


@dataclass(frozen=True, slots=True)
class Position:
    """Units of a model at a dealer: in stock, on the way, ordered, and already promised to customers."""

    on_hand: int = 0
    in_transit: int = 0
    confirmed_orders: int = 0
    allocated: int = 0

    @property
    def available(self) -> int:
        """What is or will be there for new customers."""
        return self.on_hand + self.in_transit + self.confirmed_orders - self.allocated


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Safety stock and target in units, the units short of it (`wanted`) and those suggested after brakes."""

    safety_stock: Decimal
    target: Decimal
    position: Position
    wanted: int
    suggested: int
    forecast: Decimal
    brakes: tuple[Brake, ...] = field(default=())

    @property
    def cover(self) -> Decimal:
        """Months that the position and the suggestion last; 0 when nothing is expected to sell."""
        return (self.position.available + self.suggested) / self.forecast if self.forecast else Decimal(0)


def target_of(forecast: Decimal, error_std: Decimal, terms: Terms) -> tuple[Decimal, Decimal]:
    """Safety stock and stock aimed at, in units. Source: §1.3 (both forms)."""
    if terms.form is Form.COEFFICIENT:
        return Decimal(0), terms.stock_months * forecast
    horizon = terms.lead_months + terms.review_months
    safety = terms.z * error_std * horizon.sqrt()
    return safety, forecast * horizon + safety


def suggest(
    *,
    forecast: Decimal | Missing,
    error_std: Decimal,
    position: Position,
    terms: Terms,
    aged_share: Decimal | None = None,
) -> Suggestion | Missing:
    """Units to order of one model: max(0, ⌈target − position⌉), none while its aged share is above the limit.

    Without a forecast there is no suggestion, which is not a suggestion of 0. Source: §1.3.
    """
    if isinstance(forecast, Missing):
        return forecast
    safety, target = target_of(forecast, error_std, terms)
    wanted = max(0, int((target - position.available).to_integral_value(ROUND_CEILING)))
    old = aged_share is not None and aged_share > terms.aged_limit
    brakes = (Brake.AGED,) if old and wanted else ()
    return Suggestion(safety, target, position, wanted, 0 if old else wanted, forecast, brakes)


@dataclass(frozen=True, slots=True)
class Priced:
    """A suggestion of a model with the money one unit takes, in yuan."""

    code: str
    suggestion: Suggestion
    unit_amount: Decimal


def within_funds(lines: Sequence[Priced], headroom: Decimal) -> dict[str, Suggestion]:
    """The suggestions of a dealer cut to the money left in yuan, by code.

    Unit by unit the money goes to the model that would last shortest (then the lower code), as long as one
    unit of it can be paid. Source: §1.3 (cap by floor-plan headroom).
    """
    given = dict.fromkeys((line.code for line in lines), 0)
    left, open_ = headroom, {line.code: line for line in lines if line.suggestion.suggested}
    while open_:
        line = min(open_.values(), key=lambda one: (_cover(one, given[one.code]), one.code))
        if line.unit_amount > left:
            del open_[line.code]
            continue
        given[line.code] += 1
        left -= line.unit_amount
        if given[line.code] == line.suggestion.suggested:
            del open_[line.code]
    return {line.code: _cut(line.suggestion, given[line.code]) for line in lines}


def _cover(line: Priced, given: int) -> Decimal:
    forecast = line.suggestion.forecast
    return (line.suggestion.position.available + given) / forecast if forecast else Decimal("Infinity")


def _cut(suggestion: Suggestion, units: int) -> Suggestion:
    if units == suggestion.suggested:
        return suggestion
    return replace(suggestion, suggested=units, brakes=(*suggestion.brakes, Brake.FUNDS))


def cost_of(lines: Sequence[Priced], cut: Mapping[str, Suggestion]) -> Decimal:
    """What the suggestions take together, in yuan."""
    return sum((line.unit_amount * cut[line.code].suggested for line in lines), Decimal(0))
