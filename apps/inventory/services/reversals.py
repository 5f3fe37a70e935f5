"""Movements are taken back by counter-movements: one by one, or all of an import."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.models import ImportBatch
from apps.inventory import policies, queries
from apps.inventory.models import StockMovement
from apps.inventory.services import counters, delivered, posting
from apps.inventory.services.posting import DERIVED, FEED, UNITS
from apps.metrics import services as metrics
from apps.vehicles import facts

_TOUCHED = "SELECT unit_id FROM taken_back"
_REOPEN_SHIPMENTS = (
    "UPDATE inventory_shipment SET arrived_on = NULL, unit_id = NULL, inspection = '' "
    "WHERE unit_id IN (SELECT unit_id FROM taken_back WHERE quantity > 0)"
)


@transaction.atomic
def undo(*, movement: StockMovement, note: str, actor: Actor, now: datetime) -> StockMovement:
    """Take a wrong movement back; of a transfer both sides. Answers the counter-movement.

    Errors: `not_in_force`, `derived` when it follows from a delivery, `negative_stock` when the vehicle has
    left since, `held_elsewhere`.
    """
    jobs.lock(f"facts:{UNITS}:{movement.source}")
    decision = policies.movement.can(actor, policies.ADJUST, movement)
    if not decision:
        raise DomainError("forbidden", decision.reason)
    if movement.source == DERIVED:
        raise DomainError(
            "derived",
            _("This movement follows from a retail delivery. Take the delivery back or correct it."),
        )
    if not queries.in_force().filter(pk=movement.pk).exists():
        raise DomainError("not_in_force", _("This movement was taken back already."))
    both = [movement.pk, *_other_side(movement, actor)]
    _counter("m.id = ANY(%(chosen)s)", {"chosen": both}, now, note=note)
    made = movement.reversals.order_by("-pk")[0]
    audit.record(actor=actor, action=policies.ADJUST, obj=made, now=now, after={"note": note})
    return made


@transaction.atomic
def withdraw_batch(batch: ImportBatch, actor: Actor, now: datetime) -> int:
    """Take back every movement of an import, and all that happened to its vehicles since; answers how many.

    Errors: `transferred` when vehicles of the import went to another dealer since.
    """
    if queries.transfers_of_batch(batch).exists():
        raise DomainError(
            "transferred", _("Vehicles of this import were transferred since. Take the transfers back first.")
        )
    chosen = f"m.unit_id IN (SELECT id FROM {UNITS} WHERE batch_id = %(batch)s) OR m.batch_id = %(batch)s"
    countered = _counter(f"({chosen})", {"batch": batch.pk}, now, batch=batch)
    metrics.retract(feed=FEED, pairs=queries.told_without_stock(batch), source=batch.spec["source"])
    return countered


@transaction.atomic
def withdraw_transfers(batch: ImportBatch, actor: Actor, now: datetime) -> int:
    """Take back the transfers of an import on both sides; answers how many movements were countered.

    Errors: `negative_stock` when a vehicle left its new dealer since.
    """
    ends = "SELECT unnest(ARRAY[unit_out_id, unit_in_id]) FROM inventory_transfer WHERE batch_id = %(batch)s"
    chosen = f"m.kind IN ('transfer_out', 'transfer_in') AND m.unit_id IN ({ends})"
    return _counter(chosen, {"batch": batch.pk}, now, batch=batch)


def _counter(chosen: str, params: Mapping[str, Any], now: datetime, **more: Any) -> int:
    """Counter the chosen movements; what deliveries say of their vehicles holds again."""
    delivered.lock()
    countered = counters.take_back(chosen, params, now, **more)
    counters.settle_custodies(_TOUCHED)
    facts.execute(_REOPEN_SHIPMENTS)
    delivered.follow(given=f"(SELECT dealer_id, vin FROM {UNITS} WHERE id IN ({_TOUCHED}))", now=now)
    return countered


def _other_side(movement: StockMovement, actor: Actor) -> list[int]:
    """The other movement of a transfer, if this is one side of it and both dealers are the actor's."""
    found = queries.transfer_of(movement)
    if found is None:
        return []
    for dealer_id in (found.from_dealer_id, found.to_dealer_id):
        posting.allow(actor, policies.ADJUST, [dealer_id])
    sides = queries.in_force().filter(unit__in=[found.unit_out_id, found.unit_in_id])
    return list(
        sides.filter(kind__startswith="transfer").exclude(pk=movement.pk).values_list("pk", flat=True)
    )
