"""What all ways into stock share: identities, feeds, the refusal of what the data base would not hold."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports import spec
from apps.core.models import ImportBatch
from apps.inventory import policies
from apps.inventory.models import StockMovement, StockUnit
from apps.kernel.period import Month, months_between
from apps.metrics import services as metrics
from apps.vehicles import facts

FEED = "inventory.stock"
UNITS = StockUnit._meta.db_table
MOVEMENTS = StockMovement._meta.db_table
IN, OUT, BACK = "~in", "~out", "~back"
DERIVED = "derived:sales"
"""The source of movements that follow from retail deliveries."""
COUNTED = "count"
"""The source of vehicles a stock count found."""
PAGE = "page"

Pair = tuple[int, Month]


@contextmanager
def guarded() -> Iterator[None]:
    """Turn what the data base refuses into a refusal people can read."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if broken == "stockmovement_balance":
            raise DomainError(
                "negative_stock", _("A vehicle cannot leave twice, nor stand in stock twice.")
            ) from error
        if broken == "custody_one_holder":
            raise DomainError(
                "held_elsewhere", _("A vehicle would be in two places: it is still in a dealer's stock.")
            ) from error
        if broken == "shipment_one_way":
            raise DomainError("conflict", _("This vehicle is on its way under another number.")) from error
        if broken.endswith("_identity"):
            raise DomainError(
                "changed_meanwhile", _("The same vehicles were changed just now. Try again.")
            ) from error
        raise


def allow(actor: Actor, action: str, dealer_ids: Iterable[int]) -> None:
    """Refuse dealers outside the actor's scope as if they did not exist."""
    for dealer_id in set(dealer_ids):
        if not policies.unit.can(actor, action, StockUnit(dealer_id=dealer_id)):
            raise DomainError("not_found", _("This dealer does not exist."))


def mark(pairs: Iterable[Pair], source: str, now: datetime, batch: ImportBatch | None = None) -> None:
    """Note the stock feed: once a dealer reports stock, every month from its first movement on is reported.

    Reported are the months up to the last one of `pairs`, and those an import declares to cover.
    """
    last: dict[int, Month] = {}
    for dealer_id, month in pairs:
        last[dealer_id] = max(month, last.get(dealer_id, month))
    covered = spec.coverage(batch.spec.get("coverage")) if batch else None
    first = _first_months(last)
    told: set[Pair] = set()
    for dealer_id, month in last.items():
        end = max(month, covered.end) if covered else month
        start = min(first[dealer_id], covered.start) if covered else first[dealer_id]
        told |= {(dealer_id, each) for each in months_between(start, end)}
    metrics.mark_reported(feed=FEED, pairs=told, source=source, now=now)


def _first_months(dealer_ids: Iterable[int]) -> dict[int, Month]:
    rows = facts.fetch(
        f"SELECT dealer_id, min(period) FROM {MOVEMENTS} WHERE dealer_id = ANY(%s) GROUP BY dealer_id",
        ([*dealer_ids],),
    )
    return {dealer_id: Month.of(period) for dealer_id, period in rows}


def audit_units(action: str, unit_ids: Sequence[int], actor: Actor, now: datetime) -> None:
    """One event for each unit that moved."""
    units = StockUnit.objects.filter(pk__in=unit_ids).order_by("pk")
    changes = [audit.Change(unit, after=trail(unit)) for unit in units]
    audit.record_many(actor=actor, action=action, changes=changes, now=now)


def trail(unit: StockUnit) -> dict[str, Any]:
    """What the audit trail keeps of a unit."""
    shown = ("vin", "model_text", "received_on", "cost_amount", "gone_on")
    return {name: getattr(unit, name) for name in shown}
