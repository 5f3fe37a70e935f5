"""Decisions about reported sales an actor may see, and which of them hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from apps.core.access import Actor
from apps.risk import policies
from apps.risk.models import RetailDecision
from apps.risk.rules import DecisionState
from apps.sales import queries as sales


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
    told = list(rows.order_by("decided_at", "pk").values_list("delivery_id", "verdict"))
    later: dict[int, list[int]] = defaultdict(list)
    for each in sales.later_revisions(delivery for delivery, _verdict in told):
        later[each.of].append(each.pk)
    return {pk: verdict for delivery, verdict in told for pk in (delivery, *later[delivery])}
