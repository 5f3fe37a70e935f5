"""What dealers are suggested to order: forecasts against what they have, within age and money.

A suggestion binds nobody: the dealer takes it over into its ten-day order, changes it with a reason, or
leaves it. Source: §1.3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Avg, Count, Q

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.forecasting.queries import forecasts
from apps.forecasting.queries.forecasts import NextMonth
from apps.inventory import queries as inventory
from apps.inventory.models import Shipment, StockUnit
from apps.inventory.rules import AGED_DAYS
from apps.kernel.missing import Missing
from apps.kernel.period import Month
from apps.ledger import queries as accounts
from apps.ledger.models import Account
from apps.ordering.models import OrderLine, ReorderTerms
from apps.ordering.rules import reorder
from apps.ordering.rules.plans import LineState
from apps.ordering.rules.reorder import NO_FORECAST, Position, Priced, Suggestion, Terms
from apps.vehicles.models import CarModel

Key = tuple[int, int]
"""Dealer and model."""
ORDERED = (LineState.FUNDED, LineState.CONFIRMED)


@dataclass(frozen=True)
class Line:
    """What a dealer is suggested to order of a model, and why; `price` is what one usually costs, in yuan."""

    dealer: Dealer
    model: CarModel
    suggestion: Suggestion | Missing
    price: Decimal | None
    aged_share: Decimal | None

    @property
    def units(self) -> int | None:
        """How many to order; None without a forecast."""
        return None if isinstance(self.suggestion, Missing) else self.suggestion.suggested

    @property
    def amount(self) -> Decimal | None:
        """What they cost, in yuan; None when the price or the forecast is unknown."""
        return None if self.units is None or self.price is None else self.units * self.price


@dataclass(frozen=True)
class _Sight:
    """Everything suggestions are made from, by dealer and model."""

    forecasts: Mapping[Key, NextMonth]
    positions: Mapping[Key, Position]
    aged: Mapping[Key, Decimal]
    prices: Mapping[int, Decimal]
    headroom: Mapping[int, Decimal]


def terms_on(day: date) -> Terms:
    """How suggestions are made on a day."""
    row = ReorderTerms.objects.filter(effective_from__lte=day).order_by("-effective_from").first()
    return row.rule if row else Terms()


def suggestions(
    *, actor: Actor, dealer_ids: Collection[int], on: date
) -> dict[int, dict[int, Suggestion | Missing]]:
    """Suggestions by dealer and model for dealers in the actor's reach; Missing where there is no forecast.

    The money a dealer may spend caps its priced models together; without accounts there is no cap.
    """
    return _found(_sight(actor, dealer_ids, on), terms_on(on))


def _found(sight: _Sight, terms: Terms) -> dict[int, dict[int, Suggestion | Missing]]:
    found: dict[int, dict[int, Suggestion | Missing]] = defaultdict(dict)
    for dealer, model in sorted(sight.forecasts.keys() | sight.positions.keys()):
        expected = sight.forecasts.get((dealer, model))
        found[dealer][model] = reorder.suggest(
            forecast=NO_FORECAST if expected is None else expected.value,
            error_std=Decimal(0) if expected is None else expected.sigma,
            position=sight.positions.get((dealer, model), Position()),
            terms=terms,
            aged_share=sight.aged.get((dealer, model)),
        )
    for dealer, headroom in sight.headroom.items():
        found[dealer] |= _within(found[dealer], sight.prices, headroom)
    return found


def lines(*, actor: Actor, on: date, chosen: Collection[int] | None = None) -> list[Line]:
    """The same as lines of a page, those to order most first, for the actor's dealers or some of them."""
    rows = dealers.dealers(actor=actor).filter(closed_on=None)
    shown = {row.pk: row for row in (rows if chosen is None else rows.filter(pk__in=chosen))}
    sight = _sight(actor, list(shown), on)
    found = _found(sight, terms_on(on))
    models = CarModel.objects.in_bulk({model for each in found.values() for model in each})
    made = [
        Line(
            shown[dealer],
            models[model],
            suggestion,
            sight.prices.get(model),
            sight.aged.get((dealer, model)),
        )
        for dealer, each in found.items()
        for model, suggestion in each.items()
        if models[model].active
    ]
    return sorted(made, key=lambda line: (line.dealer.code, -(line.units or 0), line.model.code))


def suggested_lines(*, actor: Actor, dealer_id: int, on: date) -> list[dict[str, Any]]:
    """What a dealer is suggested to order, as lines of a draft; models without a known price are left out."""
    return [
        {
            "model_id": line.model.pk,
            "quantity": line.units,
            "price_amount": line.price,
            "suggested": line.units,
            "basis": _basis(line.suggestion),
        }
        for line in lines(actor=actor, on=on, chosen=[dealer_id])
        if line.units and line.price and isinstance(line.suggestion, Suggestion)
    ]


def _basis(suggestion: Suggestion) -> dict[str, str | int]:
    """The parts of a suggestion as they are kept with an order line."""
    return {
        "forecast": str(suggestion.forecast),
        "safety_stock": f"{suggestion.safety_stock:.2f}",
        "target": f"{suggestion.target:.2f}",
        "available": suggestion.position.available,
        "wanted": suggestion.wanted,
    }


def prices() -> dict[int, Decimal]:
    """What a car of each model usually costs a dealer, in whole yuan: the mean cost of those in stock."""
    rows = StockUnit.objects.filter(gone_on=None, cost_amount__gt=0, model__isnull=False)
    told = rows.order_by().values_list("model").annotate(cost=Avg("cost_amount"))
    return {model: cost.quantize(Decimal(1), ROUND_HALF_UP) for model, cost in told}


def _sight(actor: Actor, dealer_ids: Collection[int], on: date) -> _Sight:
    return _Sight(
        forecasts=forecasts.next_month(dealer_ids, month=Month.of(on).next),
        positions=_positions(actor, dealer_ids, on),
        aged=_aged(actor, dealer_ids, on),
        prices=prices(),
        headroom=_headroom(dealer_ids),
    )


def _positions(actor: Actor, dealer_ids: Collection[int], on: date) -> dict[Key, Position]:
    """Cars in stock, allocated or on the way, ordered but not allocated yet, and kept for customers."""
    counts: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in inventory.pipeline(actor=actor, on=on, dealer_ids=dealer_ids):
        if row.model_id is not None:
            told = (row.on_hand, row.in_transit + row.allocated, 0, row.reserved)
            counts[row.dealer_id, row.model_id] = [
                a + b for a, b in zip(counts[row.dealer_id, row.model_id], told, strict=True)
            ]
    for key, units in _ordered(dealer_ids).items():
        counts[key][2] += units
    return {key: Position(*told) for key, told in counts.items()}


def _ordered(dealer_ids: Collection[int]) -> dict[Key, int]:
    """Units in firm order lines of which the maker has not named the cars yet."""
    rows = OrderLine.objects.filter(dealer__in=dealer_ids, state__in=ORDERED)
    named = dict(
        Shipment.objects.filter(order_no__in=rows.values("order_no"), cancelled_on=None)
        .order_by()
        .values_list("order_no")
        .annotate(cars=Count("pk"))
    )
    found: dict[Key, int] = defaultdict(int)
    for dealer, model, order_no, units in rows.values_list("dealer", "model", "order_no", "quantity"):
        found[dealer, model] += max(0, units - named.get(order_no, 0))
    return found


def _aged(actor: Actor, dealer_ids: Collection[int], on: date) -> dict[Key, Decimal]:
    """The share of cars older than 90 days among those in stock. Source: I-07."""
    rows = inventory.stock(actor=actor, on=on).filter(dealer__in=dealer_ids, model__isnull=False)
    counted = {"units": Count("pk"), "old": Count("pk", filter=Q(age__gt=AGED_DAYS))}
    told = rows.order_by().values_list("dealer", "model").annotate(**counted)
    return {(dealer, model): Decimal(old) / units for dealer, model, units, old in told}


def _headroom(dealer_ids: Collection[int]) -> dict[int, Decimal]:
    """What dealers that have accounts may spend, in yuan."""
    kinds = accounts.SPENDABLE
    rows = Account.objects.filter(dealer__in=dealer_ids, kind__in=kinds)
    holding = set(rows.values_list("dealer_id", flat=True))
    return {dealer: funds.total for dealer, funds in accounts.funds(holding).items()}


def _within(
    suggested: Mapping[int, Suggestion | Missing], prices: Mapping[int, Decimal], headroom: Decimal
) -> dict[int, Suggestion | Missing]:
    priced = [
        Priced(str(model), one, prices[model])
        for model, one in suggested.items()
        if isinstance(one, Suggestion) and model in prices
    ]
    return {int(code): one for code, one in reorder.within_funds(priced, headroom).items()}
