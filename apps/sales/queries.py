"""Reads of retail deliveries."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, QuerySet

from apps.core.access import Actor
from apps.sales import policies
from apps.sales.models import RetailDelivery, SaleEvidence


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


def may_be_changed(delivery: RetailDelivery, chain: Iterable[RetailDelivery]) -> bool:
    """Whether a delivery is in force and was not returned, judged by its chain."""
    newest: dict[tuple[str, str], RetailDelivery] = {}
    for fact in sorted(chain, key=lambda fact: fact.revision):
        newest[fact.source, fact.external_id] = fact
    held = [fact for fact in newest.values() if fact.revision % 2]
    return delivery in held and all(fact.reverses_id != delivery.pk for fact in held)


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
