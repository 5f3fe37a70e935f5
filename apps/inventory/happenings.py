"""What happens in stock that others have to act on: duties begin by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.inventory.models import Shipment, Transfer
from apps.reports.occasions import occasion
from apps.reports.services import events
from apps.reports.services.events import Happened

ARRIVED = occasion("inventory.arrived", _("Vehicles arrived"), trigger="到货")
EXCEPTED = occasion("inventory.excepted", _("Exception on arrival"), trigger="到货异常")
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


def received(row: Shipment, *, actor: Actor, now: datetime) -> None:
    """Who looks after the dealer accepts arrivals, once for a dealer and a day, and reports exceptions."""
    common: dict[str, Any] = {"at": now, "dealer_id": row.dealer_id, "actor": actor, "now": now}
    if row.arrived_on is not None:
        key = f"inventory.arrival:{row.dealer_id}:{row.arrived_on}"
        events.start(event=ARRIVED, key=key, note=str(row), **common)
    if row.answer_due_at is not None:
        note = f"{row} {row.get_inspection_display()} {row.inspection_note}"
        events.start(event=EXCEPTED, key=f"inventory.exception:{row.pk}", note=note, **common)
