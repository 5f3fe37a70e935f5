"""Decisions about reported sales an actor may see, and which of them hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from apps.core.access import Actor
from apps.risk import policies
from apps.risk.models import RetailDecision
from apps.risk.rules import DecisionState


def decisions(*, actor: Actor) -> QuerySet[RetailDecision]:
    """Decisions about sales of the actor's dealers, proposed ones among them."""
    rows = RetailDecision.objects.select_related("dealer", "delivery", "file")
    return policies.decision.visible_to(actor, rows)


def verdicts(*, dealer_ids: Iterable[int], known_at: datetime) -> dict[int, str]:
    """What holds about deliveries of these dealers as known at a moment: delivery → verdict."""
    rows = RetailDecision.objects.filter(
        dealer_id__in=list(dealer_ids), state=DecisionState.DECIDED, decided_at__lte=known_at
    )
    return dict(rows.order_by("decided_at", "pk").values_list("delivery_id", "verdict"))
