from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, F, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.alerts.models import AlertEpisode, AlertReading, AlertRule
from apps.alerts.rules import Event, Side
from apps.core.kit import formats
from apps.core.kit.charts import Chart, Mark, Series
from apps.core.kit.tables import Column, Table
from apps.kernel.kpi import Unit
from apps.metrics.registry import registry

OPEN_FIRST = Case(When(state="open", then=0), When(state="acknowledged", then=1), default=2)
_KINDS = {Unit.PERCENT: "percent", Unit.YUAN: "money", Unit.UNITS: "units", Unit.DAYS: "number"}
_COLOURS = {"open": "red", "acknowledged": "amber", "closed": "grey"}


def rule_name(rule: AlertRule) -> str:
    """The rule's name in the reader's language."""
    return formats.label_of(rule)


def state_badge(episode: AlertEpisode) -> tuple[str, str]:
    """The state with its colour."""
    return _COLOURS[episode.state], str(episode.get_state_display())


def value_of(episode: AlertEpisode, value: Decimal | None) -> str:
    """A value of the rule's KPI as people read it: percent, money, cars or a number."""
    kpi = registry.kpis.get(episode.rule.kpi)
    if kpi is None or value is None:
        return str(formats.show(value, "number"))
    return str(formats.show(value, _KINDS.get(kpi.unit, "number")))


def limit_of(episode: AlertEpisode) -> str:
    """The limit that was crossed, with its direction."""
    high = episode.side == Side.HIGH
    limit = episode.rule.high if high else episode.rule.low
    return f"{'>' if high else '<'} {value_of(episode, limit)}"


def day_of(episode: AlertEpisode, day: date | None) -> str:
    """A day of an episode: a date under a daily rule, a month under a monthly one."""
    return str(formats.show(day, episode.grain))


TURNS = {
    Event.OPENED: "red",
    Event.REOPENED: "red",
    Event.CLOSED: "green",
    Event.ENDED: "grey",
    Event.REARMED: "blue",
}


@dataclass(frozen=True)
class Turn:
    """A point at which an episode opened or closed, as one badge of its line."""

    on: str
    text: str
    badge: tuple[str, str]


def history(episode: AlertEpisode, readings: Sequence[AlertReading]) -> list[Turn]:
    """The turns of an episode on one line, oldest first: opened, closed, opened again."""
    return [
        Turn(
            day_of(episode, read_on(each)),
            value_of(episode, each.value),
            (TURNS[Event(each.event)], each.event_label),
        )
        for each in readings
        if each.event in TURNS
    ]


def read_on(reading: AlertReading) -> date:
    """The day a value was read, or the first of its month."""
    return reading.period if reading.read_at is None else timezone.localdate(reading.read_at)


def chart(episode: AlertEpisode, readings: Sequence[AlertReading]) -> Chart:
    """The values of an episode against its limits."""
    rule, kpi = episode.rule, registry.kpis.get(episode.rule.kpi)
    marks = [Mark(limit, _("Limit"), "red") for limit in (rule.high, rule.low) if limit is not None]
    return Chart(
        "episode",
        "line",
        rule_name(rule),
        [day_of(episode, read_on(each)) for each in readings],
        [Series(_("Value"), [each.value for each in readings])],
        unit=_KINDS.get(kpi.unit, "number") if kpi else "number",
        marks=marks,
    )


class EpisodeTable(Table):
    """Alerts with what is at stake."""

    columns = (
        Column(
            "dealer_code",
            _("Dealer code"),
            "code",
            value=lambda row: row.dealer.code if row.dealer_id else "",
            sort="dealer__code",
        ),
        Column(
            "dealer",
            _("Dealer or unit"),
            value=lambda row: row.place,
            link=lambda row: reverse("alerts:episode-detail", kwargs={"pk": row.pk}),
        ),
        Column("rule", _("Alert"), value=lambda row: rule_name(row.rule)),
        Column("side", _("Side"), value=lambda row: str(row.get_side_display())),
        Column("value", _("Value"), value=lambda row: value_of(row, row.last_value), sort="last_value"),
        Column("limit", _("Limit"), value=limit_of),
        Column("last_value", _("Value (number)"), "number", export_only=True),
        Column("stake_amount", _("At stake a year (¥)"), "money", sort="stake_amount"),
        Column("opened_on", _("Alert began"), value=lambda row: day_of(row, row.opened_on), sort="opened_on"),
        Column("last_on", _("Last reading"), value=lambda row: day_of(row, row.last_on), sort="last_on"),
        Column("state", _("State"), "badge", value=state_badge, sort="state"),
    )
    order_by = (OPEN_FIRST, F("stake_amount").desc(nulls_last=True), "-last_on", "pk")


class PrecisionTable(Table):
    """Rules with the share of their alerts that led to action."""

    columns = (
        Column("rule", _("Alert"), value=lambda row: rule_name(row.rule)),
        Column("opened", _("Opened"), "units", value=lambda row: row.opened),
        Column("acted", _("Led to action"), "units", value=lambda row: row.acted),
        Column("rate", _("Precision"), "percent", value=lambda row: row.rate),
        Column("false_alarms", _("False alarms"), "units", value=lambda row: row.false_alarms),
        Column("unanswered", _("Unanswered"), "units", value=lambda row: row.unanswered),
        Column("stake_amount", _("At stake a year (¥)"), "money", value=lambda row: row.stake_amount),
    )
