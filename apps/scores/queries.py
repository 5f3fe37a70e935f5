"""Delivered scores an actor may see."""

from __future__ import annotations

from django.db.models import QuerySet

from apps.core.access import Actor
from apps.scores import policies
from apps.scores.models import DeliveredScore


def scores(*, actor: Actor) -> QuerySet[DeliveredScore]:
    """Scores of the actor's dealers in all their versions."""
    return policies.score.visible_to(actor, DeliveredScore.objects.select_related("dealer"))
