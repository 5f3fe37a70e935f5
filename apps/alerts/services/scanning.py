"""Reading the rules: over the KPIs of a computed month, and over today's stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from apps.alerts import queries, registry
from apps.alerts.models import AlertReading, AlertRule
from apps.alerts.queries import RuleSet
from apps.alerts.rules import Event, Level, Side, Split, State, end, excess_stock_cost, start_over, step
from apps.alerts.services import episodes, places
from apps.alerts.services.episodes import Moment, Reading
from apps.kernel import money
from apps.kernel.period import Month
from apps.metrics.models import KpiValue, MonthRevision, UnitKpiValue
from apps.metrics.rules import stored

STAKE = {
    "inventory.coefficient": 1,
    "inventory.coefficient_3m": 1,
    "inventory.stock_depth": 1,
    "inventory.days_supply": 30,
    "inventory.aged_share": 1,
}
"""The KPIs whose excess is cars, each with how much of the numerator one car makes."""


class Place(NamedTuple):
    """Whose value it is: a dealer or a unit, of all its cars or of an item."""

    dealer_id: int | None = None
    unit_id: int | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A value with its parts; `label` and `model` tell about the item."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    label: str = ""
    model: str = ""


@transaction.atomic
def scan(*, month: Month, revision: int, now: datetime | None = None) -> int:
    """Read every monthly rule in force over the month's KPI values and bring the episodes up to date.

    A rule that was switched off or replaced closes the episodes its earlier version left open. Replaces its
    own readings of (month, revision), so reading twice changes nothing; returns how many.
    """
    moment = Moment(month.first, month.first, revision)
    written = 0
    for rules in queries.rules_in_force(queries.last_day(month), daily=False):
        AlertReading.objects.filter(period=month.first, revision=revision, code=rules.code).delete()
        values = _of_month(rules.any, month, revision) if rules.active else {}
        before = _states(_before_month(rules.code, month))
        readings, labels = _read(rules, values, before, moment)
        episodes.keep(rules.code, moment, readings, labels, now)
        written += len(readings)
    return written


@transaction.atomic
def scan_today(*, now: datetime) -> int:
    """Read every daily rule in force over today's values and bring the episodes up to date.

    A reading is kept for each place with an episode whose value has changed, so reading twice changes
    nothing; returns how many were kept.
    """
    day = timezone.localdate(now)
    moment = Moment(day, Month.of(day).first, 0, now)
    written = 0
    for rules in queries.rules_in_force(day, daily=True):
        rule = rules.any
        values = _of_today(rule, day) if rules.active else {}
        before = _states(_before_now(rules.code))
        readings, labels = _read(rules, values, before, moment)
        news = [each for each in readings if _tells(each, before)]
        if news:
            episodes.keep(rules.code, moment, news, labels, now)
        written += len(news)
    return written


def _tells(reading: Reading, before: Mapping[Place, _Last]) -> bool:
    last = before.get(Place(reading.dealer_id, reading.unit_id, reading.item))
    if last is None or reading.event not in (Event.CONTINUED, Event.NONE):
        return True
    return reading.value is not None and reading.value != last.value


class _Last(NamedTuple):
    """What the last reading left: the state, the version of the rule, and the value."""

    state: State
    rule_id: int
    value: Decimal | None


def _read(
    rules: RuleSet, values: Mapping[Place, Found], before: Mapping[Place, _Last], moment: Moment
) -> tuple[list[Reading], dict[str, str]]:
    """Every place the rules read, and every one they leave with an open episode; the labels of the items."""
    limits = {
        rule.pk: queries.limits_of(rule)
        for rule in (rules.general, *rules.items.values())
        if rule is not None
    }
    left = (place for place, last in before.items() if last.state.is_open and place not in values)
    readings, labels = [], {}
    for place in sorted({*values, *left}, key=lambda each: (each[0] or 0, each[1] or 0, each[2])):
        found = values.get(place)
        rule = None if found is None else rules.rule_for(place.item, found.model)
        last = before.get(place)
        state = State() if last is None else last.state
        if found is None or rule is None:
            found, ruled = Found(), rules.any
            state, event = end(state)
        elif last is not None and last.rule_id != rule.pk:
            ruled = rule
            state, event = start_over(state, found.value, limits[rule.pk], moment.on)
        else:
            ruled = rule
            state, event = step(state, found.value, limits[rule.pk], moment.on)
        if event is Event.NONE and state.episode == 0:
            continue
        labels[place.item] = found.label
        readings.append(_reading(ruled, place, found, state, event))
    return readings, labels


def _reading(rule: AlertRule, place: Place, found: Found, state: State, event: Event) -> Reading:
    return Reading(
        rule.pk,
        *place,
        found.value,
        event,
        state.episode,
        state.side or "",
        state.is_open,
        state.armed,
        state.closed_on,
        _stake(rule, found) if state.is_open and state.side is Side.HIGH else None,
    )


def _stake(rule: AlertRule, found: Found) -> Decimal | None:
    known = (rule.high, rule.unit_value, rule.annual_rate, found.numerator, found.denominator)
    if rule.kpi not in STAKE or any(part is None for part in known):
        return None
    high, unit_value, annual_rate, over, under = known
    cost = excess_stock_cost(over, under, high, unit_value, annual_rate)  # type: ignore[arg-type]
    return money.round_step("alert.stake", cost / STAKE[rule.kpi])


def _of_month(rule: AlertRule, month: Month, revision: int) -> dict[Place, Found]:
    at = {"period": month.first, "revision": revision, "kpi": rule.kpi}
    parts = ("value", "numerator", "denominator")
    if rule.level == Level.DEALER:
        rows = KpiValue.objects.filter(**at).values_list("dealer_id", *parts)
        return {Place(dealer): Found(*rest) for dealer, *rest in rows}
    units = UnitKpiValue.objects.filter(**at, unit__parent__isnull=rule.level == Level.NETWORK)
    return {Place(None, unit): Found(*rest) for unit, *rest in units.values_list("unit_id", *parts)}


def _of_today(rule: AlertRule, day: date) -> dict[Place, Found]:
    live = registry.source(rule.kpi)
    if live is None:
        return {}
    rows = live.read(Split(rule.split), day)
    if rule.level != Level.DEALER:
        return {
            Place(None, unit, item): _found(live, over, under, label, model)
            for unit, item, over, under, label, model in places.summed(rows, Level(rule.level), day)
        }
    return {
        Place(row.dealer_id, None, row.item): _found(
            live, row.numerator, row.denominator, row.label, row.model
        )
        for row in rows
    }


def _found(
    live: registry.Live, numerator: Decimal | None, denominator: Decimal | None, label: str, model: str
) -> Found:
    value = numerator
    if live.ratio:
        value = None if numerator is None or not denominator else numerator / denominator
    rounded = None if value is None else stored(value)
    return Found(rounded, numerator, denominator, label, model)


def _before_month(code: str, month: Month) -> QuerySet[AlertReading]:
    """The readings of earlier months, each month in its current revision, the latest first."""
    newer = MonthRevision.objects.filter(
        period=OuterRef("period"), revision__gt=OuterRef("revision"), computed_at__isnull=False
    )
    rows = AlertReading.objects.filter(~Exists(newer), code=code, period__lt=month.first, revision__gt=0)
    return rows.order_by("dealer_id", "unit_id", "item", "-period")


def _before_now(code: str) -> QuerySet[AlertReading]:
    rows = AlertReading.objects.filter(code=code, revision=0)
    return rows.order_by("dealer_id", "unit_id", "item", "-read_at")


def _states(rows: QuerySet[AlertReading]) -> dict[Place, _Last]:
    """Each place's state after its last reading, and the version of the rule that read it."""
    columns = ("episode", "side", "is_open", "armed", "closed_on", "rule_id", "value")
    latest = rows.distinct("dealer_id", "unit_id", "item").values_list(
        "dealer_id", "unit_id", "item", *columns
    )
    return {
        Place(dealer, unit, item): _Last(
            State(episode, Side(side) if side else None, is_open, armed, closed_on), rule, value
        )
        for dealer, unit, item, episode, side, is_open, armed, closed_on, rule, value in latest
    }


money.register_step("alert.stake", "the yearly cost shown on an alert")
