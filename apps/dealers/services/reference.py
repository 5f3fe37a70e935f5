"""The shipped reference tables come into the database."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.core import audit
from apps.core.access import Actor
from apps.dealers import reference
from apps.dealers.models import Division, FormerPlace
from apps.dealers.services import recording


@transaction.atomic
def load_reference() -> tuple[int, int]:
    """Put the divisions and former place names of this release into the database; answers how many."""
    return reference.load(Division, FormerPlace)


@transaction.atomic
def set_tier(*, division: Division, tier: str, actor: Actor, now: datetime) -> Division:
    """Put a city into another tier; dealers that stand there keep theirs until they are changed."""
    row = Division.objects.select_for_update(of=("self",)).get(pk=division.pk)
    before = {"tier": row.tier}
    row.tier = tier
    recording.checked(row).save(update_fields=["tier"])
    audit.record(
        actor=actor, action="dealers.set_tier", obj=row, now=now, before=before, after={"tier": tier}
    )
    return row


@transaction.atomic
def keep_former_place(*, place: FormerPlace, actor: Actor, now: datetime) -> FormerPlace:
    """Add or mend a place name of the past."""
    recording.checked(place).save()
    after = {"name": place.name, "current": str(place.current), "since": place.since}
    audit.record(actor=actor, action="dealers.keep_former_place", obj=place, now=now, after=after)
    return place
