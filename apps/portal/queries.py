"""Reads of the dashboards: everything comes from the monthly store, narrowed to the actor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce, Rank

from apps.alerts.models import AlertEpisode
from apps.core import reach
from apps.core.access import Actor
from apps.core.kit.period import Choice
from apps.dealers import policies as dealers_policies
from apps.dealers.models import Dealer, OrgUnit
from apps.inventory import queries as inventory
from apps.inventory.rules import BUCKETS, Bucket
from apps.kernel.kpi import Better, Kpi
from apps.kernel.period import Month
from apps.metrics import membership
from apps.metrics import policies as metrics_policies
from apps.metrics.models import FeedStatus, KpiValue, MonthRevision, UnitKpiValue
from apps.metrics.queries import months as store
from apps.metrics.registry import Feed, registry
from apps.portal.rules import SUMS, History
from apps.vehicles import queries as vehicles
from apps.vehicles.models import Vehicle

Readings = Mapping[Month, MonthRevision]
"""Which revision of each month counts; read once for a page."""


@dataclass(frozen=True)
class Province:
    """A KPI of the dealers of a province: Σ numerators / Σ denominators, or the sum of amounts and counts."""

    code: str
    name: str
    value: Decimal | None
    dealers: int


@dataclass(frozen=True)
class Missing:
    """Which dealers have not reported a feed of a month."""

    feed: Feed
    due: int
    missing: int

    @property
    def percent(self) -> int:
        """The share that has come, in whole percent, rounded down."""
        return 100 if self.due == 0 else (self.due - self.missing) * 100 // self.due

    @property
    def light(self) -> str:
        """Green when all has come, amber from 90 %, red below."""
        return "green" if not self.missing else "amber" if self.percent >= 90 else "red"


@dataclass(frozen=True)
class Alerts:
    """Open alerts: the costliest, how many there are in all, how many are unanswered."""

    first: Sequence[AlertEpisode]
    total: int
    unanswered: int


@dataclass(frozen=True)
class Standing:
    """The place of a dealer among all with a value, without any name."""

    place: int
    of: int


class Reach:
    """The units and provinces an actor may narrow a comparison to today, read when they are asked for."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @cached_property
    def units(self) -> Sequence[OrgUnit]:
        """The units, from the top down."""
        return units(self.actor)

    @cached_property
    def provinces(self) -> Sequence[tuple[str, str]]:
        """The provinces with dealers, as code and name."""
        rows = dealers_policies.dealer.visible_to(self.actor, Dealer.objects.filter(province__isnull=False))
        found = rows.values_list("province__code", "province__name").distinct().order_by("province__code")
        return list(found)


def months(actor: Actor) -> Sequence[Choice]:
    """The computed months, newest first, each with the reading that counts and whether it is closed."""
    if not actor.may(metrics_policies.VIEW):
        return []
    found = store.current_revisions()
    return [
        Choice(month, reading.frozen_at is not None, reading)
        for month, reading in sorted(found.items(), reverse=True)
    ]


def units(actor: Actor) -> list[OrgUnit]:
    """The units the actor may choose, from the top down; the first is where its reach begins."""
    rows = dealers_policies.unit.visible_to(actor, OrgUnit.objects.filter(valid_to__isnull=True))
    if not actor.scope.everything:
        rows = rows.filter(pk__in=actor.scope.unit_ids)
    return sorted(rows, key=lambda unit: (unit.path.count("/"), unit.code))


def dealers(*, actor: Actor) -> QuerySet[Dealer]:
    """The dealers of the actor with what their pages name."""
    rows = Dealer.objects.select_related("unit", "group", "province", "city")
    return dealers_policies.dealer.visible_to(actor, rows)


def vins(rows: QuerySet[Vehicle], part: str) -> QuerySet[Vehicle]:
    """Cars whose VIN begins or ends with the part (5 to 17 characters, upper case)."""
    return rows.filter(vehicles.vin_like(part)).order_by("vin")


def unit_histories(
    *,
    actor: Actor,
    unit: OrgUnit,
    below: Sequence[OrgUnit],
    kpis: Iterable[Kpi],
    month: Month,
    known: Readings,
) -> dict[int, dict[str, History]]:
    """KPIs of a unit over all months known, and of the units below it in one month; by unit and code."""
    rows = UnitKpiValue.objects.filter(Q(unit=unit) | Q(unit__in=below, period=month.first))
    visible = metrics_policies.unit_kpi.visible_to(actor, rows.annotate(owner=F("unit_id")))
    found = _histories(visible, kpis, known)
    return {each.pk: found[each.pk] for each in (unit, *below)}


def dealer_histories(
    *, actor: Actor, dealers: Sequence[Dealer], kpis: Iterable[Kpi], readings: Readings
) -> dict[int, dict[str, History]]:
    """KPIs of dealers, by dealer and code, over the months of the readings."""
    rows = KpiValue.objects.filter(dealer__in=dealers).annotate(owner=F("dealer_id"))
    found = _histories(metrics_policies.kpi.visible_to(actor, rows), kpis, readings)
    return {dealer.pk: found[dealer.pk] for dealer in dealers}


def month_values(*, actor: Actor, kpis: Iterable[Kpi], reading: MonthRevision | None) -> QuerySet[KpiValue]:
    """The values of all the actor's dealers in one reading of a month; none when it was never computed."""
    if reading is None:
        return KpiValue.objects.none()
    rows = KpiValue.objects.filter(
        period=reading.period, revision=reading.revision, kpi__in=[kpi.code for kpi in kpis]
    )
    return metrics_policies.kpi.visible_to(actor, rows)


def ranking(*, actor: Actor, kpi: Kpi, month: Month, readings: Readings) -> QuerySet[KpiValue]:
    """The dealers by a KPI, the best first (a band: the highest first), with the values to compare to.

    Dealers without a value come last and have no place.
    """
    rows = month_values(actor=actor, kpis=[kpi], reading=readings.get(month))
    best = best_first(kpi)
    found = rows.select_related("dealer__unit", "dealer__province").annotate(
        place=Case(When(value__isnull=False, then=Window(Rank(), order_by=best))),
        previous=_value_in(readings.get(month.previous)),
        year_ago=_value_in(readings.get(month.year_ago)),
    )
    return found.order_by(best, "dealer_id")


def best_first(kpi: Kpi) -> OrderBy:
    """The order of a ranking: the best value first, no value last."""
    value = F("value")
    return value.asc(nulls_last=True) if kpi.better is Better.LOWER else value.desc(nulls_last=True)


def no_values() -> QuerySet[KpiValue]:
    """The empty ranking of a network without any KPI."""
    return KpiValue.objects.none()


def provinces(*, actor: Actor, kpi: Kpi, reading: MonthRevision | None) -> list[Province]:
    """A KPI of each province that has dealers in the actor's scope."""
    rows = month_values(actor=actor, kpis=[kpi], reading=reading).filter(dealer__province__isnull=False)
    grouped = rows.values("dealer__province__code", "dealer__province__name").annotate(
        total=Sum("value"),
        above=Sum("numerator", filter=Q(denominator__isnull=False)),
        below=Sum("denominator", filter=Q(numerator__isnull=False)),
        known=Count("value"),
    )
    return [
        Province(
            row["dealer__province__code"], row["dealer__province__name"], _reduced(kpi, row), row["known"]
        )
        for row in grouped
    ]


def ageing(*, actor: Actor, dealer: Dealer, days: Sequence[date]) -> list[list[int]]:
    """For each day: how many vehicles stood in the dealer's stock, by class of age. Source: I-06."""
    rows = inventory.units(actor=actor).filter(dealer=dealer, received_on__lte=max(days))
    rows = rows.filter(Q(gone_on__isnull=True) | Q(gone_on__gt=min(days)))
    counts = rows.order_by().aggregate(
        **{
            f"day_{place}_{bucket.first}": Count("pk", filter=_stood(day, bucket))
            for place, day in enumerate(days)
            for bucket in BUCKETS
        }
    )
    return [[counts[f"day_{place}_{bucket.first}"] for bucket in BUCKETS] for place in range(len(days))]


def missing_feeds(
    *, actor: Actor, month: Month, unit: OrgUnit | None = None, dealer: Dealer | None = None
) -> list[Missing]:
    """For each feed: dealers that owe it, and how many of them have neither reported nor declared nil."""
    come = FeedStatus.objects.filter(period=month.first, dealer=OuterRef("pk"))
    feeds = {f"feed_{place}": feed for place, feed in enumerate(registry.feeds.values())}
    counts = _owing(actor, month, unit, dealer).aggregate(
        due=Count("pk"),
        **{name: Count("pk", filter=Exists(come.filter(feed=feed.code))) for name, feed in feeds.items()},
    )
    return [Missing(feed, counts["due"], counts["due"] - counts[name]) for name, feed in feeds.items()]


def late_dealers(*, actor: Actor, month: Month, unit: OrgUnit | None = None) -> QuerySet[Dealer]:
    """The dealers that owe at least one feed of the month."""
    come = FeedStatus.objects.filter(period=month.first, dealer=OuterRef("pk")).order_by()
    counted = come.values("dealer").annotate(found=Count("feed", distinct=True)).values("found")
    rows = _owing(actor, month, unit).annotate(found=Coalesce(Subquery(counted), 0))
    return rows.filter(found__lt=len(registry.feeds)).order_by("found", "code")


def standings(
    *, actor: Actor, dealer: Dealer, own: Iterable[tuple[Kpi, Decimal | None]], reading: MonthRevision | None
) -> dict[str, Standing]:
    """The dealer's place in the whole network by each of its own values; only counts leave this query.

    Equal values share a place; a band has no order, and a KPI without an own value has no place.
    """
    held = [(kpi, value) for kpi, value in own if value is not None and kpi.better is not Better.BAND]
    if reading is None or not held or not actor.scope.holds_dealer(dealer.pk):
        return {}
    rows = KpiValue.objects.filter(
        period=reading.period,
        revision=reading.revision,
        kpi__in=[kpi.code for kpi, _value in held],
        value__isnull=False,
    )
    ahead = Q(pk__isnull=True)
    for kpi, value in held:
        ahead |= Q(kpi=kpi.code, **{"value__lt" if kpi.better is Better.LOWER else "value__gt": value})
    counted = rows.order_by().values("kpi").annotate(of=Count("value"), ahead=Count("value", filter=ahead))
    with reach.beyond("a dealer is told its place and how many have one, nothing else of anybody"):
        return {row["kpi"]: Standing(1 + row["ahead"], row["of"]) for row in counted}


def costliest(episodes: QuerySet[AlertEpisode], limit: int) -> Alerts:
    """The first of the open alerts, with how many there are and how many nobody answered, in one query."""
    found = list(
        episodes.annotate(total=Window(Count("pk")), unanswered=Window(Count("pk", filter=Q(state="open"))))[
            :limit
        ]
    )
    if not found:
        return Alerts((), 0, 0)
    return Alerts(found, found[0].total, found[0].unanswered)


def _owing(
    actor: Actor, month: Month, unit: OrgUnit | None, dealer: Dealer | None = None
) -> QuerySet[Dealer]:
    rows = dealers_policies.dealer.visible_to(actor, membership.members(month))
    if dealer is not None:
        rows = rows.filter(pk=dealer.pk)
    return rows.filter(unit__path__startswith=unit.path) if unit is not None else rows


def _stood(day: date, bucket: Bucket) -> Q:
    found = Q(received_on__lte=day - timedelta(days=bucket.first)) & (
        Q(gone_on__isnull=True) | Q(gone_on__gt=day)
    )
    if bucket.last is not None:
        found &= Q(received_on__gte=day - timedelta(days=bucket.last))
    return found


def _histories(rows: QuerySet[Any], kpis: Iterable[Kpi], readings: Readings) -> dict[int, dict[str, History]]:
    wanted = {kpi.code: kpi for kpi in kpis}
    found = rows.filter(store.in_readings(readings), kpi__in=list(wanted))
    values: dict[int, dict[str, dict[Month, Decimal | None]]] = defaultdict(lambda: defaultdict(dict))
    for owner, code, period, value in found.values_list("owner", "kpi", "period", "value"):
        values[owner][code][Month.of(period)] = value
    return defaultdict(
        lambda: {code: History(kpi, {}) for code, kpi in wanted.items()},
        {
            owner: {code: History(kpi, by_code[code]) for code, kpi in wanted.items()}
            for owner, by_code in values.items()
        },
    )


def _value_in(reading: MonthRevision | None) -> Subquery | Value:
    if reading is None:
        return Value(None, output_field=DecimalField())
    rows = KpiValue.objects.filter(
        dealer=OuterRef("dealer"), kpi=OuterRef("kpi"), period=reading.period, revision=reading.revision
    )
    return Subquery(rows.values("value")[:1])


def _reduced(kpi: Kpi, row: Mapping[str, Any]) -> Decimal | None:
    if kpi.unit in SUMS or row["below"] is None:
        total: Decimal | None = row["total"]
        return total
    return Decimal(row["above"]) / row["below"] if row["below"] else None
