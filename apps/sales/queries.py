"""Reads of retail deliveries."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, QuerySet

from apps.core.access import Actor
from apps.sales import policies
from apps.sales.models import RetailDelivery


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


def may_be_changed(delivery: RetailDelivery) -> bool:
    """Whether a delivery is in force and was not returned."""
    returned = Exists(in_force().filter(reverses=OuterRef("pk")))
    return in_force().filter(~returned, pk=delivery.pk).exists()


def deliveries_of(vin: str, *, actor: Actor) -> QuerySet[RetailDelivery]:
    """The deliveries and returns of one car, oldest first."""
    return deliveries(actor=actor).filter(vin=vin).order_by("occurred_on", "pk")


def chain(delivery: RetailDelivery, *, actor: Actor) -> QuerySet[RetailDelivery]:
    """Everything that belongs to a delivery: its revisions, and the returns of any of them, oldest first."""
    named = {"source": delivery.source, "external_id": delivery.external_id}
    same = RetailDelivery.objects.filter(**named)
    returns = RetailDelivery.objects.filter(**{f"reverses__{name}": value for name, value in named.items()})
    # a union, because an OR over both would read the whole table
    chained = same.order_by().values("pk").union(returns.order_by().values("pk"))
    return deliveries(actor=actor).filter(pk__in=chained).order_by("recorded_at", "pk")
