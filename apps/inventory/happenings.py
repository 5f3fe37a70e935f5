"""What happens in stock that others have to act on: duties begin by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.inventory.models import Transfer
from apps.reports.occasions import occasion
from apps.reports.services import events
from apps.reports.services.events import Happened

TRANSFERRED = occasion("inventory.transferred", _("Vehicles transferred"), trigger="移库单")


def transferred(rows: Sequence[Transfer], *, actor: Actor, now: datetime) -> None:
    """The office above the giving dealer follows a transfer up: once for two dealers and a day."""
    told = {
        f"inventory.transfer:{row.from_dealer_id}:{row.to_dealer_id}:{row.occurred_on}": Happened(
            f"inventory.transfer:{row.from_dealer_id}:{row.to_dealer_id}:{row.occurred_on}",
            now,
            dealer_id=row.from_dealer_id,
            note=str(row),
        )
        for row in rows
    }
    events.start_each(event=TRANSFERRED, happened=list(told.values()), actor=actor, now=now)
