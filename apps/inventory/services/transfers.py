"""A vehicle goes from one dealer to another: out of one stock and into the other on the same day."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.inventory import policies, queries
from apps.inventory.models import StockUnit, Transfer
from apps.inventory.rules import MovementKind
from apps.inventory.services import arrivals, departures, posting


@transaction.atomic
def transfer(
    *, unit: StockUnit, to_dealer: Dealer, moved_on: date, note: str, actor: Actor, now: datetime
) -> Transfer:
    """Move a vehicle in stock to another dealer; the actor answers for both.

    Its age starts anew at the dealer that gets it. Errors: `not_found`, `same_dealer`, `rows_refused`.
    """
    posting.allow(actor, policies.TRANSFER, [unit.dealer_id, to_dealer.pk])
    if unit.dealer_id == to_dealer.pk:
        message = _("The vehicle stands at this dealer already.")
        raise DomainError("same_dealer", message, fields={"to_dealer": message})
    departures.depart(
        unit=unit,
        left_on=moved_on,
        kind=MovementKind.TRANSFER_OUT,
        note=note,
        actor=actor,
        now=now,
        action=policies.TRANSFER,
    )
    coming = _as_arrival(unit) | {
        "external_id": f"{unit.external_id}>{to_dealer.pk}",
        "dealer_id": to_dealer.pk,
        "received_on": moved_on,
        "note": note,
    }
    arrivals.record_arrivals(
        rows=[coming], source=unit.source, actor=actor, now=now, action=policies.TRANSFER
    )
    got = queries.newest_unit(unit.source, str(coming["external_id"]))
    row = Transfer.objects.create(
        from_dealer_id=unit.dealer_id,
        to_dealer=to_dealer,
        unit_out=unit,
        unit_in=got,
        from_code=unit.dealer.code,
        from_name=str(unit.dealer),
        to_code=to_dealer.code,
        to_name=str(to_dealer),
        vehicle_text=str(unit),
        model_text=str(unit.model or unit.model_text),
        occurred_on=moved_on,
        recorded_at=now,
        note=note,
    )
    after = {"from": str(unit.dealer), "to": str(to_dealer), "vin": unit.vin, "on": moved_on}
    audit.record(
        actor=actor, action=policies.TRANSFER, obj=row, now=now, after=after, dealer_id=unit.dealer_id
    )
    return row


def _as_arrival(unit: StockUnit) -> dict[str, object]:
    """A unit as an arrival at another dealer."""
    return {
        "kind": MovementKind.TRANSFER_IN,
        "vin": unit.vin,
        "model": unit.model_text,
        "model_id": unit.model_id,
        "trim_text": unit.trim_text,
        "colour": unit.colour,
        "produced_on": unit.produced_on,
        "cost_amount": unit.cost_amount,
    }
