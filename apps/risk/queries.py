"""Decisions about reported sales an actor may see, and which of them hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from apps.core.access import Actor
from apps.risk import policies
from apps.risk.models import RetailDecision
from apps.risk.rules import DecisionState
from apps.sales.models import RetailDelivery


def decisions(*, actor: Actor) -> QuerySet[RetailDecision]:
    """Decisions about sales of the actor's dealers, proposed ones among them."""
    rows = RetailDecision.objects.select_related("dealer", "delivery", "file")
    return policies.decision.visible_to(actor, rows)


def verdicts(*, dealer_ids: Iterable[int], known_at: datetime) -> dict[int, str]:
    """What holds about deliveries of these dealers as known at a moment: delivery → verdict.

    A decision stays with the car when its delivery is corrected or split: it holds for every later revision.
    """
    rows = RetailDecision.objects.filter(
        dealer_id__in=list(dealer_ids), state=DecisionState.DECIDED, decided_at__lte=known_at
    )
    told = rows.order_by("decided_at", "pk").values_list(
        "delivery_id", "verdict", "delivery__source", "delivery__external_id", "delivery__vin"
    )
    found: dict[int, str] = {}
    by_car: dict[tuple[str, ...], str] = {}
    for pk, verdict, *car in told:
        found[pk] = by_car[tuple(car)] = verdict
    if not by_car:
        return found
    later = RetailDelivery.objects.filter(
        source__in={car[0] for car in by_car}, external_id__in={car[1] for car in by_car}, revision__gt=1
    )
    for pk, *car in later.values_list("pk", "source", "external_id", "vin"):
        if tuple(car) in by_car:
            found[pk] = by_car[tuple(car)]
    return found
