"""Reads of stock: what stands where on a day, how old it is, what moved, what the book says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from apps.core.access import Actor
from apps.core.models import ImportBatch
from apps.dealers.models import Dealer
from apps.dealers.rules import DealerStatus
from apps.inventory import policies
from apps.inventory.measures import STOCK
from apps.inventory.models import (
    StockDeclaration,
    StockMovement,
    StockUnit,
    Transfer,
    TransferProposal,
    age_on,
)
from apps.inventory.rules import BUCKETS, LINES, Bucket, Party, StockReport
from apps.kernel.period import Month
from apps.metrics.models import FeedStatus


@dataclass(frozen=True)
class AgeClass:
    """The vehicles of one class of age: how many, and what they cost (None when a cost is unknown)."""

    bucket: Bucket
    units: int
    amount: Decimal | None


def units(*, actor: Actor) -> QuerySet[StockUnit]:
    """All stays of vehicles at the actor's dealers, past and present."""
    return policies.unit.visible_to(actor, StockUnit.objects.select_related("dealer", "model"))


def stock(*, actor: Actor, on: date) -> QuerySet[StockUnit]:
    """The vehicles that stand in stock at the end of a day, with their `age` in days."""
    return with_age(on_day(units(actor=actor), on), on)


def on_day(rows: QuerySet[StockUnit], day: date) -> QuerySet[StockUnit]:
    """The units in stock on a day: received by then, and not gone by then."""
    return rows.filter(Q(gone_on__isnull=True) | Q(gone_on__gt=day), received_on__lte=day)


def with_age(rows: QuerySet[StockUnit], day: date) -> QuerySet[StockUnit]:
    """The units with `age`, their days in stock on a day. Source: I-06."""
    return rows.annotate(age=age_on(day, "received_on"))


def ageing(rows: QuerySet[StockUnit]) -> list[AgeClass]:
    """The classes of age of units that carry `age`, all of them in order, in one query. Source: I-06."""
    classes = [When(age__lte=bucket.last, then=Value(place)) for place, bucket in enumerate(BUCKETS[:-1])]
    placed = rows.order_by().annotate(
        place=Case(*classes, default=Value(len(BUCKETS) - 1), output_field=IntegerField())
    )
    counted = placed.values("place").annotate(
        units=Count("pk"), amount=Sum("cost_amount"), unknown=Count("pk", filter=Q(cost_amount__isnull=True))
    )
    found = {row["place"]: row for row in counted}
    return [_age_class(bucket, found.get(place)) for place, bucket in enumerate(BUCKETS)]


def _age_class(bucket: Bucket, row: dict[str, object] | None) -> AgeClass:
    if row is None:
        return AgeClass(bucket, 0, Decimal(0))
    amount = None if row["unknown"] else row["amount"]
    return AgeClass(bucket, int(str(row["units"])), amount if isinstance(amount, Decimal) else None)


def movements(*, actor: Actor) -> QuerySet[StockMovement]:
    """Movements of the actor's dealers, counter-movements among them."""
    rows = StockMovement.objects.select_related("dealer", "unit", "unit__model")
    return policies.movement.visible_to(actor, rows)


def in_force() -> QuerySet[StockMovement]:
    """Movements that nobody took back."""
    newer = StockMovement.objects.filter(
        source=OuterRef("source"), external_id=OuterRef("external_id"), revision__gt=OuterRef("revision")
    )
    odd = StockMovement.objects.annotate(odd=F("revision") % 2).filter(odd=1)
    return odd.filter(~Exists(newer))


def movements_of(unit: StockUnit, *, actor: Actor) -> QuerySet[StockMovement]:
    """Everything that happened to a unit, oldest first."""
    return movements(actor=actor).filter(unit=unit).order_by("recorded_at", "pk")


def stays_of(vin: str, *, actor: Actor) -> QuerySet[StockUnit]:
    """The stays of one vehicle, oldest first."""
    return units(actor=actor).filter(vin=vin).order_by("received_on", "pk")


def newest_units(source: str, external_ids: Collection[str]) -> dict[str, StockUnit]:
    """The last stay under each of these numbers of a source."""
    rows = StockUnit.objects.filter(source=source, external_id__in=external_ids).order_by("revision")
    return {row.external_id: row for row in rows}


def standing(
    *, vins: Collection[str], numbers: Collection[str], source: str
) -> dict[tuple[int, str], StockUnit]:
    """The vehicles in stock now by dealer and VIN, and by dealer and number in the source."""
    here = StockUnit.objects.filter(gone_on__isnull=True).select_related("dealer", "model")
    found = {(row.dealer_id, row.vin): row for row in here.filter(vin__in=vins)}
    rows = here.filter(source=source, external_id__in=numbers)
    return found | {(row.dealer_id, row.external_id): row for row in rows}


def transfers(*, actor: Actor) -> QuerySet[Transfer]:
    """Transfers the actor's dealers gave or got."""
    return policies.transfer.visible_to(actor, Transfer.objects.all())


def proposals(*, actor: Actor) -> QuerySet[TransferProposal]:
    """Transfers proposed by or to the actor's dealers."""
    return policies.proposal.visible_to(actor, TransferProposal.objects.all())


def partner(code: str) -> Dealer | None:
    """The dealer in business with this code, named by another one that offers it a vehicle; it is found
    beyond the actor's scope, and nothing but its name is told.
    """
    gone = (DealerStatus.CLOSED, DealerStatus.MERGED)
    return Dealer.objects.filter(code__iexact=code).exclude(status__in=gone).first()


def parties(proposal: TransferProposal, *, actor: Actor) -> frozenset[Party]:
    """The sides of a proposed transfer the actor answers for."""
    sides = {Party.GIVER: proposal.from_dealer_id, Party.TAKER: proposal.to_dealer_id}
    return frozenset(party for party, dealer in sides.items() if actor.scope.holds_dealer(dealer))


def transfer_of(movement: StockMovement) -> Transfer | None:
    """The transfer a movement is one side of."""
    if not movement.kind.startswith("transfer"):
        return None
    return (
        Transfer.objects.filter(Q(unit_out=movement.unit_id) | Q(unit_in=movement.unit_id))
        .order_by("-pk")
        .first()
    )


def transfers_of_batch(batch: ImportBatch) -> QuerySet[Transfer]:
    """The transfers in force of vehicles an import brought."""
    gone = in_force().filter(unit=OuterRef("unit_out"), kind="transfer_out")
    return Transfer.objects.filter(Exists(gone), unit_out__batch=batch)


def told_without_stock(batch: ImportBatch) -> set[tuple[int, Month]]:
    """The dealers of an import without any movement in force, with all months of their stock feed."""
    named = StockMovement.objects.filter(batch=batch).values("dealer")
    left = in_force().filter(dealer=OuterRef("dealer"))
    rows = FeedStatus.objects.filter(~Exists(left), dealer__in=named, feed=STOCK)
    return {(dealer, Month.of(period)) for dealer, period in rows.values_list("dealer_id", "period")}


def declarations(*, actor: Actor) -> QuerySet[StockDeclaration]:
    """Month-end counts of the actor's dealers that agreed with the book."""
    return policies.declaration.visible_to(actor, StockDeclaration.objects.select_related("dealer"))


def declared(dealer_id: int, month: Month) -> int | None:
    """The month-end stock a dealer declared; None when it has not."""
    rows = StockDeclaration.objects.filter(dealer_id=dealer_id, period=month.first)
    return rows.values_list("end_units", flat=True).first()


def counted(dealer_ids: Collection[int]) -> dict[int, dict[Month, int]]:
    """The month-end counts of dealers that hold, by month, in vehicles."""
    found: dict[int, dict[Month, int]] = {}
    rows = StockDeclaration.objects.filter(dealer__in=dealer_ids)
    for dealer_id, period, units in rows.values_list("dealer_id", "period", "end_units"):
        found.setdefault(dealer_id, {})[Month.of(period)] = units
    return found


def book(dealer_id: int, month: Month) -> StockReport:
    """What the book says of a dealer's month, by posting month. Source: §1.1, identity."""
    sums = {
        name: Sum("quantity", filter=Q(period=month.first, kind__in=kinds), default=0)
        for name, (kinds, _sign) in LINES.items()
    }
    rows = StockMovement.objects.filter(dealer_id=dealer_id, period__lte=month.first)
    found = rows.aggregate(
        start=Sum("quantity", filter=Q(period__lt=month.first), default=0),
        end=Sum("quantity", default=0),
        **sums,
    )
    flows = {name: found[name] * sign for name, (_kinds, sign) in LINES.items()}
    return StockReport(start=found["start"], end=found["end"], **flows)


def totals(classes: Sequence[AgeClass]) -> tuple[int, Decimal | None]:
    """The units and the cost of all classes; no cost when one is unknown."""
    amounts = [each.amount for each in classes]
    known = [amount for amount in amounts if amount is not None]
    return sum(each.units for each in classes), sum(known, Decimal(0)) if len(known) == len(amounts) else None
