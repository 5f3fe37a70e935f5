"""Reads of the core tables that people may open."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from apps.core.access import Actor
from apps.core.models import StoredFile


def stored_files(*, actor: Actor) -> QuerySet[StoredFile]:
    """Files of the actor's dealers, and those the actor stored."""
    rows = StoredFile.objects.all()
    if actor.scope.everything:
        return rows
    return rows.filter(
        Q(dealer_id__in=actor.scope.dealer_ids) | Q(owner_id=actor.user_id, owner_id__isnull=False)
    )
