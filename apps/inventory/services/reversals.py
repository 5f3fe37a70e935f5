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
from apps.inventory.services import posting
from apps.inventory.services.posting import FEED, MOVEMENTS, UNITS
from apps.metrics import services as metrics
from apps.vehicles import facts
from apps.vehicles import services as vehicles

_IN_FORCE = (
    f"mod(m.revision, 2) = 1 AND NOT EXISTS (SELECT 1 FROM {MOVEMENTS} AS n WHERE n.source = m.source "
    "AND n.external_id = m.external_id AND n.revision > m.revision)"
)
_COUNTER = f"""
INSERT INTO {MOVEMENTS} (source, recorded_at, batch_id, external_id, revision, dealer_id, unit_id, kind,
                         quantity, occurred_on, period, reverses_id, note)
SELECT source, %(now)s, %(batch)s, external_id, revision + 1, dealer_id, unit_id, kind, -quantity,
       occurred_on, month.period, id, %(note)s
  FROM taken_back JOIN given_month AS month ON occurred_on BETWEEN month.first_on AND month.last_on
 ORDER BY id
"""


@transaction.atomic
def undo(*, movement: StockMovement, note: str, actor: Actor, now: datetime) -> StockMovement:
    """Take a wrong movement back; of a transfer both sides. Answers the counter-movement.

    Errors: `not_in_force`, `negative_stock` when the vehicle has left since, `held_elsewhere`.
    """
    jobs.lock(f"facts:{UNITS}:{movement.source}")
    decision = policies.movement.can(actor, policies.ADJUST, movement)
    if not decision:
        raise DomainError("forbidden", decision.reason)
    if not queries.in_force().filter(pk=movement.pk).exists():
        raise DomainError("not_in_force", _("This movement was taken back already."))
    both = [movement.pk, *_other_side(movement, actor)]
    _counter("m.id = ANY(%(chosen)s)", {"chosen": both}, None, now, note)
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
    countered = _counter(f"({chosen})", {"batch": batch.pk}, batch, now, "")
    metrics.retract(feed=FEED, pairs=queries.told_without_stock(batch), source=batch.spec["source"])
    return countered


def _counter(
    chosen: str, params: Mapping[str, Any], batch: ImportBatch | None, now: datetime, note: str
) -> int:
    facts.execute("DROP TABLE IF EXISTS pg_temp.taken_back")
    facts.execute(
        f"CREATE TEMP TABLE taken_back ON COMMIT DROP AS SELECT m.* FROM {MOVEMENTS} AS m "
        f"WHERE {chosen} AND {_IN_FORCE}",
        params,
    )
    facts.stage_months("given_month", of="taken_back", column="occurred_on", kind=FEED)
    with posting.guarded():
        countered = facts.execute(_COUNTER, {"now": now, "batch": batch.pk if batch else None, "note": note})
        _settle_custodies()
    return countered


def _settle_custodies() -> None:
    """Bring custodies in line with the units whose movements were taken back."""
    facts.execute("DROP TABLE IF EXISTS pg_temp.given_left")
    facts.execute(
        "CREATE TEMP TABLE given_left ON COMMIT DROP AS SELECT u.vehicle_id, u.dealer_id, "
        f"u.received_on AS valid_from, u.gone_on AS valid_to FROM {UNITS} AS u "
        "WHERE u.vehicle_id IS NOT NULL AND u.id IN (SELECT unit_id FROM taken_back)"
    )
    vehicles.settle_custodies(given="given_left")


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
