"""Where on the earth a dealer or one of its outlets stands, as somebody found it there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.core import audit
from apps.core.access import Actor
from apps.dealers.models import Dealer, Outlet
from apps.dealers.services import recording


@transaction.atomic
def mark_position(
    *, place: Dealer | Outlet, latitude: Decimal, longitude: Decimal, actor: Actor, now: datetime
) -> None:
    """Keep the coordinates (degrees, WGS 84) of a dealer or an outlet, to which distances are measured."""
    if isinstance(place, Dealer):
        row = recording.lock_dealer(place)
        before = recording.facts(row)
        row.latitude, row.longitude = latitude, longitude
        recording.save_dealer(row, action="dealers.mark_position", before=before, actor=actor, now=now)
        return
    outlet = Outlet.objects.select_for_update(of=("self",)).get(pk=place.pk)
    was = {"latitude": outlet.latitude, "longitude": outlet.longitude}
    outlet.latitude, outlet.longitude = latitude, longitude
    recording.checked(outlet).save(update_fields=["latitude", "longitude"])
    after = {"latitude": latitude, "longitude": longitude}
    audit.record(actor=actor, action="dealers.mark_position", obj=outlet, now=now, before=was, after=after)
