"""Values of the monthly store: of dealers, of units, over months, and a dealer's place among all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from apps.core import reach
from apps.core.access import Actor
from apps.dealers.models import Dealer, OrgUnit
from apps.kernel.kpi import Better, Kpi
from apps.kernel.period import Month
from apps.metrics import policies
from apps.metrics.models import KpiValue, MeasureValue, MonthRevision, UnitKpiValue
from apps.metrics.queries import dictionary, months

TREND = 24


@dataclass(frozen=True)
class Place:
    """Where a dealer stands among all dealers that have a value, equals sharing a place."""

    rank: int
    of: int


def kpi_values(
    *, actor: Actor, period: Month | None = None, known_on: date | None = None
) -> QuerySet[KpiValue]:
    """KPI values of the actor's dealers, of KPIs meant for it, in the readings that count (or counted)."""
    readings = _readings(period, known_on)
    rows = KpiValue.objects.filter(months.in_readings(readings))
    shown = dictionary.kpis(actor=actor, month=period or _latest(readings))
    return policies.kpi.visible_to(actor, rows.filter(kpi__in=list(shown)))


def measure_values(
    *, actor: Actor, period: Month | None = None, known_on: date | None = None
) -> QuerySet[MeasureValue]:
    """Measure values of the actor's dealers in the readings that count (or counted)."""
    rows = MeasureValue.objects.filter(months.in_readings(_readings(period, known_on)))
    return policies.measure.visible_to(actor, rows)


def unit_values(
    *, actor: Actor, period: Month | None = None, known_on: date | None = None
) -> QuerySet[UnitKpiValue]:
    """KPI values of the actor's units in the readings that count (or counted)."""
    readings = _readings(period, known_on)
    rows = UnitKpiValue.objects.filter(months.in_readings(readings))
    shown = dictionary.kpis(actor=actor, month=period or _latest(readings))
    return policies.unit_kpi.visible_to(actor, rows.filter(kpi__in=list(shown)))


def places(kpi: Kpi, reading: MonthRevision | None) -> Mapping[int, Place]:
    """The place of every dealer of the network by id; nobody's value is told. A band has no order."""
    if reading is None or kpi.better is Better.BAND:
        return {}
    rows = KpiValue.objects.filter(
        period=reading.period, revision=reading.revision, kpi=kpi.code, value__isnull=False
    )
    best = "value" if kpi.better is Better.LOWER else "-value"
    found: dict[int, Place] = {}
    with reach.beyond("places are counted over the whole network; values stay in here"):
        ordered = list(rows.order_by(best, "dealer_id").values_list("dealer_id", "value"))
    rank, before = 0, None
    for number, (dealer, value) in enumerate(ordered, start=1):
        rank, before = (rank if value == before else number), value
        found[dealer] = Place(rank, len(ordered))
    return found


def top_units(*, actor: Actor) -> list[OrgUnit]:
    """The units where the actor's reach begins: headquarters for those who see everything."""
    units = OrgUnit.objects.filter(valid_to__isnull=True)
    if actor.scope.everything:
        return list(units.filter(parent__isnull=True).order_by("code"))
    reached = units.filter(pk__in=actor.scope.unit_ids)
    return list(reached.exclude(parent__in=actor.scope.unit_ids).order_by("code"))


def unit(*, actor: Actor, code: str) -> OrgUnit | None:
    """A unit inside the actor's reach by its code; None when there is none."""
    rows = OrgUnit.objects.filter(code=code)
    if not actor.scope.everything:
        rows = rows.filter(pk__in=actor.scope.unit_ids)
    return rows.first()


def top_rows(*, actor: Actor, kpi: Kpi, reading: MonthRevision | None) -> list[UnitKpiValue]:
    """A KPI of the units where the actor's reach begins, in one reading."""
    if reading is None:
        return []
    rows = UnitKpiValue.objects.filter(
        period=reading.period, revision=reading.revision, kpi=kpi.code
    ).select_related("unit")
    if actor.scope.everything:
        rows = rows.filter(unit__parent__isnull=True)
    else:
        rows = rows.exclude(unit__parent__in=actor.scope.unit_ids)
    return list(policies.unit_kpi.visible_to(actor, rows).order_by("unit__code"))


def unit_row(*, actor: Actor, kpi: Kpi, unit: OrgUnit, reading: MonthRevision | None) -> UnitKpiValue | None:
    """A KPI of one unit in one reading; None outside the actor's reach or without a row."""
    if reading is None:
        return None
    rows = UnitKpiValue.objects.filter(
        period=reading.period, revision=reading.revision, kpi=kpi.code, unit=unit
    )
    return policies.unit_kpi.visible_to(actor, rows).first()


def dealer_trend(
    *, actor: Actor, kpi: Kpi, dealer: Dealer, last: Month, known_on: date | None = None, count: int = TREND
) -> list[tuple[Month, Decimal | None]]:
    """The values of a dealer over the months up to one, the oldest first; missing stays missing."""
    shown = [last.shift(-back) for back in reversed(range(count))]
    readings = months.current_revisions(shown, known_on=known_on)
    rows = KpiValue.objects.filter(months.in_readings(readings), kpi=kpi.code, dealer=dealer)
    found = dict(policies.kpi.visible_to(actor, rows).values_list("period", "value"))
    return [(month, found.get(month.first)) for month in shown]


def unit_trend(
    *, actor: Actor, kpi: Kpi, unit: OrgUnit, last: Month, known_on: date | None = None, count: int = TREND
) -> list[tuple[Month, Decimal | None]]:
    """The values of a unit over the months up to one, the oldest first; missing stays missing."""
    shown = [last.shift(-back) for back in reversed(range(count))]
    readings = months.current_revisions(shown, known_on=known_on)
    rows = UnitKpiValue.objects.filter(months.in_readings(readings), kpi=kpi.code, unit=unit)
    found = dict(policies.unit_kpi.visible_to(actor, rows).values_list("period", "value"))
    return [(month, found.get(month.first)) for month in shown]


def _readings(period: Month | None, known_on: date | None) -> dict[Month, MonthRevision]:
    wanted: Collection[Month] | None = None if period is None else [period]
    return months.current_revisions(wanted, known_on=known_on)


def _latest(readings: Mapping[Month, MonthRevision]) -> Month:
    return max(readings, default=Month(9999, 12))
