"""Reads of retail deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from apps.core.access import Actor
from apps.sales import policies
from apps.sales.models import RetailDelivery, SaleEvidence
from apps.sales.rules import ShareState

_LATER = """
SELECT n.id, f.id, n.dealer_id
  FROM sales_retaildelivery AS f
  JOIN sales_retaildelivery AS n ON n.source = f.source AND n.external_id = f.external_id
   AND n.revision > f.revision AND n.vin = f.vin
 WHERE f.id = ANY(%s)
 ORDER BY n.id
"""


def deliveries(*, actor: Actor) -> QuerySet[RetailDelivery]:
    """Deliveries and returns of the actor's dealers, counter-facts among them."""
    rows = RetailDelivery.objects.select_related("dealer", "model")
    return policies.delivery.visible_to(actor, rows)


def in_force() -> QuerySet[RetailDelivery]:
    """Facts that nobody took back: the newest revision of their identity, with an odd number."""
    newer = RetailDelivery.objects.filter(
        source=OuterRef("source"), external_id=OuterRef("external_id"), revision__gt=OuterRef("revision")
    )
    odd = RetailDelivery.objects.annotate(odd=F("revision") % 2).filter(odd=1)
    return odd.filter(~Exists(newer))


def standing() -> QuerySet[RetailDelivery]:
    """Deliveries in force that were not returned."""
    returned = in_force().filter(reverses=OuterRef("pk"))
    return in_force().filter(~Exists(returned), quantity=1)


def may_be_changed(delivery: RetailDelivery, chain: Iterable[RetailDelivery]) -> bool:
    """Whether a delivery is in force and was not returned, judged by its chain."""
    newest: dict[tuple[str, str], RetailDelivery] = {}
    for fact in sorted(chain, key=lambda fact: fact.revision):
        newest[fact.source, fact.external_id] = fact
    held = [fact for fact in newest.values() if fact.revision % 2]
    return delivery in held and all(fact.reverses_id != delivery.pk for fact in held)


def newest(delivery: RetailDelivery) -> RetailDelivery:
    """The last word on a delivery."""
    rows = RetailDelivery.objects.filter(source=delivery.source, external_id=delivery.external_id)
    return rows.order_by("-revision")[0]


class Later(NamedTuple):
    """A delivery of a car and the earlier one that it, or one between, corrects."""

    pk: int
    of: int
    dealer_id: int


def later_revisions(deliveries: Iterable[int]) -> list[Later]:
    """What became of deliveries that were corrected or split: every later revision about the same car."""
    with connection.cursor() as cursor:
        cursor.execute(_LATER, [list(deliveries)])
        return [Later(*row) for row in cursor.fetchall()]


def deliveries_of(vin: str, *, actor: Actor) -> QuerySet[RetailDelivery]:
    """The deliveries and returns of one car, oldest first."""
    return deliveries(actor=actor).filter(vin=vin).order_by("occurred_on", "pk")


def chain(delivery: RetailDelivery, *, actor: Actor) -> QuerySet[RetailDelivery]:
    """All that belongs to a delivery, oldest first: its revisions, their returns, what became of those."""
    facts = RetailDelivery.objects.order_by().values("pk")
    named = {"source": delivery.source, "external_id": delivery.external_id}
    same, returns, undone = (
        facts.filter(**{f"{path}{name}": value for name, value in named.items()})
        for path in ("", "reverses__", "reverses__reverses__")
    )
    # a union, because an OR over all would read the whole table
    chained = same.union(returns, undone)
    return deliveries(actor=actor).filter(pk__in=chained).order_by("recorded_at", "pk")


def shared_cars(*, actor: Actor) -> QuerySet[RetailDelivery, dict[str, Any]]:
    """Cars that several of the actor's dealers reported, or that are split; one row for each VIN.

    A row has vin, stores, total (the sum of the shares), state, newest (the key of a delivery), delivered_on
    (the last day), model_text, and the lists dealers and shares in the order of the dealers' codes.
    """
    marked = RetailDelivery.objects.filter(elsewhere=True).values("vin")
    # that the VIN is known is said for the index of the VINs
    rows = standing().exclude(vin="").filter(vin__in=policies.delivery.visible_to(actor, marked))
    rows = policies.delivery.visible_to(actor, rows)
    named: dict[str, Any] = {"order_by": ["dealer__code", "pk"]}
    cars = (
        rows.order_by()
        .values("vin")
        .annotate(
            stores=Count("dealer", distinct=True),
            total=Sum("credit"),
            least=Min("credit"),
            newest=Max("pk"),
            delivered_on=Max("occurred_on"),
            model_text=Max("model_text"),
            dealers=ArrayAgg("dealer__code", **named),
            shares=ArrayAgg("credit", **named),
        )
    )
    state = Case(
        When(least=1, then=Value(ShareState.OPEN.value)),
        When(total=1, then=Value(ShareState.SPLIT.value)),
        default=Value(ShareState.UNEVEN.value),
        output_field=CharField(),
    )
    return cars.filter(Q(stores__gt=1) | Q(least__lt=1)).annotate(state=state)


def deliveries_to_split(*, actor: Actor) -> QuerySet[RetailDelivery]:
    """Deliveries that stand, of cars whose VIN is known: those a car can be split by."""
    rows = standing().exclude(vin="").select_related("dealer", "model")
    return policies.delivery.visible_to(actor, rows)


def evidence(*, actor: Actor) -> QuerySet[SaleEvidence]:
    """Documents about cars the actor's dealers sold, withdrawn ones among them."""
    rows = SaleEvidence.objects.select_related("dealer", "file")
    return policies.evidence.visible_to(actor, rows)


def evidence_in_force() -> QuerySet[SaleEvidence]:
    """Documents that nobody took back."""
    same = {name: OuterRef(name) for name in ("dealer", "vin", "kind", "number", "issued_on")}
    newer = SaleEvidence.objects.filter(**same, revision__gt=OuterRef("revision"))
    odd = SaleEvidence.objects.annotate(odd=F("revision") % 2).filter(odd=1)
    return odd.filter(~Exists(newer))


def evidence_of(vin: str, *, actor: Actor) -> QuerySet[SaleEvidence]:
    """The documents about one car, in the order they came in."""
    return evidence(actor=actor).filter(vin=vin).order_by("recorded_at", "pk")
