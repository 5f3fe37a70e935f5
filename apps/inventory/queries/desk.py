"""The transfer desk: who could help whom, what is under way, which carrier comes in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.inventory.models import StockMovement, StockUnit, TransferProposal
from apps.inventory.queries.pipeline import coming, kept, shipments
from apps.inventory.queries.stock import movements, proposals, units
from apps.inventory.rules import OPEN_PROPOSALS, MovementKind, ProposalState, Standing, Suggestion, balance
from apps.vehicles.models import CarModel

WINDOW = 90
"""Days of sales a month's average is taken from."""
MONTHS = Decimal(3)


@dataclass(frozen=True)
class Help:
    """A suggestion with its dealers and model by name, and the days the oldest of the cars stand there."""

    suggestion: Suggestion
    giver: Dealer
    taker: Dealer
    model: CarModel
    oldest: int


@dataclass(frozen=True)
class Punctuality:
    """How many cars a carrier brought that had an expected day, and how many of them by then.

    `overdue` are those still on their way after that day: they are late already.
    """

    carrier: str
    arrived: int
    on_time: int
    overdue: int = 0

    @property
    def share(self) -> Decimal:
        """The part that came in time, 0..1."""
        return Decimal(self.on_time) / (self.arrived + self.overdue)


def free_units(rows: QuerySet[StockUnit]) -> QuerySet[StockUnit]:
    """The vehicles in stock that are neither kept for an order nor offered, the oldest first."""
    offered = TransferProposal.objects.filter(unit=OuterRef("pk"), state__in=OPEN_PROPOSALS)
    return rows.filter(~kept(), ~Exists(offered), gone_on=None).order_by("received_on", "pk")


def standings(*, actor: Actor, on: date) -> list[Standing]:
    """What each of the actor's dealers has and sells of each model, in four queries."""
    here = units(actor=actor).filter(gone_on=None, model__isnull=False)
    stock = _by_sku(here)
    free = _by_sku(free_units(here))
    since = on - timedelta(days=WINDOW)
    sold: dict[tuple[int, int], int] = defaultdict(int)
    gone = movements(actor=actor).filter(
        kind__in=(MovementKind.RETAIL, MovementKind.RETURN),
        occurred_on__gt=since,
        period__gte=since.replace(day=1),
        unit__model__isnull=False,
    )
    for dealer, model, net in _net(gone):
        sold[dealer, model] = max(0, -net)
    region = {dealer: line[1] if len(line) > 1 else None for dealer, line in dealers.ancestry(on).items()}
    return [
        Standing(
            dealer=dealer,
            region=region.get(dealer),
            model=model,
            stock=stock.get((dealer, model), 0),
            free=free.get((dealer, model), 0),
            sold=sold.get((dealer, model), 0) / MONTHS,
        )
        for dealer, model in sorted(stock.keys() | sold.keys())
    ]


def _by_sku(rows: QuerySet[StockUnit]) -> dict[tuple[int, int], int]:
    counted = rows.order_by().values_list("dealer_id", "model_id").annotate(n=Count("pk"))
    return {(dealer, model): n for dealer, model, n in counted}


def _net(rows: QuerySet[StockMovement]) -> QuerySet[StockMovement, tuple[int, int, int]]:
    return rows.order_by().values_list("dealer_id", "unit__model_id").annotate(net=Sum("quantity"))


def suggestions(*, actor: Actor, on: date, limit: int = 30) -> Sequence[Help]:
    """The transfers that would help most between the actor's dealers."""
    found = balance(standings(actor=actor, on=on))[:limit]
    places = dealers.dealers(actor=actor).in_bulk(
        {side.dealer for each in found for side in (each.giver, each.taker)}
    )
    models = CarModel.objects.in_bulk({each.giver.model for each in found})
    oldest = _oldest(found)
    return [
        Help(
            each,
            places[each.giver.dealer],
            places[each.taker.dealer],
            models[each.giver.model],
            (on - oldest[each.giver.dealer, each.giver.model]).days,
        )
        for each in found
        if each.giver.dealer in places and each.taker.dealer in places
    ]


def _oldest(found: Sequence[Suggestion]) -> dict[tuple[int, int], date]:
    rows = StockUnit.objects.filter(
        gone_on=None,
        dealer__in={each.giver.dealer for each in found},
        model__in={each.giver.model for each in found},
    )
    free = free_units(rows).values_list("dealer_id", "model_id", "received_on")
    first: dict[tuple[int, int], date] = {}
    for dealer, model, day in free:
        if model is not None:
            first.setdefault((dealer, model), day)
    return first


def under_way(*, actor: Actor) -> QuerySet[TransferProposal]:
    """Transfers somebody still has to do something about."""
    return proposals(actor=actor).filter(state__in=OPEN_PROPOSALS)


def lot_of(proposal: TransferProposal) -> QuerySet[TransferProposal]:
    """The vehicles proposed together that stand where this one stands; itself when it is alone."""
    if not proposal.lot:
        return TransferProposal.objects.filter(pk=proposal.pk)
    return lot_in(proposal.lot, proposal.state)


def lot_in(lot: str, state: str) -> QuerySet[TransferProposal]:
    """The vehicles of a lot that stand in a state, in the order they were proposed."""
    return TransferProposal.objects.filter(lot=lot, state=state).order_by("pk")


def punctuality(*, actor: Actor, on: date) -> list[Punctuality]:
    """Each carrier's share of cars that came by the expected day, from the maker and between dealers.

    Every car counts by its own arrival; one that should have come before `on` counts as late.
    """
    came = shipments(actor=actor).filter(arrived_on__isnull=False, eta_on__isnull=False)
    moved = proposals(actor=actor).filter(state=ProposalState.ACCEPTED, eta_on__isnull=False)
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for rows, day in ((came, "arrived_on"), (moved, "transfer__occurred_on")):
        counted = (
            rows.exclude(carrier="")
            .order_by()
            .values_list("carrier")
            .annotate(arrived=Count("pk"), on_time=Count("pk", filter=Q(**{f"{day}__lte": F("eta_on")})))
        )
        for carrier, arrived, on_time in counted:
            total[carrier][0] += arrived
            total[carrier][1] += on_time
    due = coming(actor=actor).filter(shipped_on__isnull=False, eta_on__lt=on)
    sent = proposals(actor=actor).filter(state=ProposalState.SHIPPED, eta_on__lt=on)
    for late in (due, sent):
        numbers = late.exclude(carrier="").order_by().values_list("carrier").annotate(n=Count("pk"))
        for carrier, number in numbers:
            total[carrier][2] += number
    return [Punctuality(carrier, *counts) for carrier, counts in sorted(total.items())]
