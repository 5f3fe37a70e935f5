"""Cars under a stop sale: told to those who sell, and sales in spite of it brought before headquarters."""

# ruff: noqa: S608 -- names of tables come from code

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from apps.core import reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.inventory import notices, policies, queries
from apps.inventory.models import StockUnit, UnitMark
from apps.inventory.rules import SOLD, MarkKind
from apps.vehicles import facts, holds

_MARKED = f"SELECT DISTINCT unit_id FROM {UnitMark._meta.db_table} WHERE kind = '{MarkKind.STOP_SALE}'"


@holds.told_by
def _told(vins: Collection[str]) -> Iterable[holds.Hold]:
    with reach.beyond("a stop sale holds for the car, wherever it stands; nothing else is told of it"):
        rows = UnitMark.objects.filter(kind=MarkKind.STOP_SALE, unit__vin__in=vins).order_by("valid_from")
        named = list(rows.values_list("unit__vin", "valid_from", "valid_to", "reason"))
    return [holds.Hold(*row) for row in named]


def refuse_sold(unit: StockUnit, *, kind: str, left_on: date, actor: Actor) -> None:
    """Refuse that a person lets a car under a stop sale go to a customer or a trader (`blocked`).

    Who may stop sales may record it all the same: it happened, and it is flagged.
    """
    if kind not in SOLD or actor.may(policies.HOLD):
        return
    hold = holds.hold_on(unit.vin, left_on)
    if hold is not None:
        message = _("This vehicle may not be sold since %(day)s: %(reason)s")
        raise DomainError("blocked", message, day=hold.since.isoformat(), reason=hold.reason)


def flag(units: str, now: datetime) -> None:
    """Tell headquarters of sold cars among chosen ones whose sale was stopped; drop it when they stand again.

    `units` is a select of unit numbers.
    """
    marked = [row[0] for row in facts.fetch(f"{_MARKED} AND unit_id IN ({units})")]
    if not marked:
        return
    sold = list(queries.sold_stopped().filter(unit__in=marked).select_related("unit", "dealer"))
    for mark in sold:
        notices.sold_stopped(mark, now)
    others = UnitMark.objects.filter(kind=MarkKind.STOP_SALE, unit__in=marked)
    notices.not_sold(others.exclude(pk__in=[mark.pk for mark in sold]), now)
