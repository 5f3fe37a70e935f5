"""Figures ready for the eye: cards, changes, trend charts, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.alerts.models import AlertEpisode, AlertRule
from apps.core.kit import formats
from apps.core.kit.charts import Chart, Mark, Series, Tone
from apps.kernel.kpi import Kpi, Unit
from apps.kernel.period import Month
from apps.metrics.models import UnitKpiValue
from apps.metrics.queries import dictionary
from apps.portal.queries import Standing
from apps.portal.rules import Change, History, change, trend_months

LIGHTS = {"green": gettext_lazy("On track"), "amber": gettext_lazy("Watch"), "red": gettext_lazy("Act")}
SUFFIX = {
    Unit.UNITS: pgettext_lazy("unit", "vehicles"),
    Unit.MONTHS: pgettext_lazy("unit", "months"),
    Unit.DAYS: pgettext_lazy("unit", "days"),
    Unit.SCORE: pgettext_lazy("unit", "points"),
}
_STEPS_ZH = ((Decimal(10**8), "亿元"), (Decimal(10**4), "万元"))
_STEPS_EN = ((Decimal(10**9), "B CNY"), (Decimal(10**6), "M CNY"), (Decimal(10**3), "k CNY"))


@dataclass(frozen=True)
class Delta:
    """A change in words, with the icon and colour of its direction."""

    label: Any
    text: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Card:
    """One KPI of a home page."""

    code: str
    label: str
    text: str
    suffix: str
    exact: str
    light: str
    light_label: Any
    deltas: Sequence[Delta]
    spark: Sequence[Decimal | None]
    url: str = ""
    standing: Standing | None = None


def exact(kpi: Kpi, value: Decimal | None) -> str:
    """The value with the KPI's own decimals; missing is a dash."""
    return str(formats.figure(value, kpi.unit.value, kpi.decimals))


def short(kpi: Kpi, value: Decimal | None) -> tuple[str, str]:
    """The value as a card shows it, and its unit: large amounts in 万 or 亿."""
    if value is None:
        return formats.MISSING, ""
    if kpi.unit is Unit.YUAN:
        return amount(value)
    return exact(kpi, value), str(SUFFIX.get(kpi.unit, ""))


def amount(value: Decimal) -> tuple[str, str]:
    """An amount of money in the step its size asks for, and that step's name."""
    for size, word in _STEPS_ZH if dictionary.lang() == "zh" else _STEPS_EN:
        if abs(value) >= size:
            return formats.grouped(value / size, 1 if abs(value) >= size * 100 else 2), word
    return formats.grouped(value, 0), _("CNY")


def card(history: History, month: Month, *, url: str = "", standing: Standing | None = None) -> Card:
    """The card of a KPI in a month: value, light, changes to last month and last year, twelve months."""
    kpi, value = history.kpi, history.at(month)
    text, suffix = short(kpi, value)
    light = kpi.light(value) or ""
    found = [
        _delta(kpi, _("MoM"), change(kpi, value, history.at(month.previous))),
        _delta(kpi, _("YoY"), change(kpi, value, history.at(month.year_ago))),
    ]
    return Card(
        code=kpi.code,
        label=name(kpi),
        text=text,
        suffix=suffix,
        exact=exact(kpi, value),
        light=light,
        light_label=LIGHTS.get(light, ""),
        deltas=found,
        spark=history.run(trend_months(month, 12)),
        url=url,
        standing=standing,
    )


def unit_line(kpi: Kpi, row: UnitKpiValue) -> dict[str, Any]:
    """A KPI of a unit above its ranking: value, light, mean of its dealers and how many of them count."""
    month = Month.of(row.period)
    return {
        "row": row,
        "value": exact(kpi, row.value),
        "mean": exact(kpi, row.mean),
        "light": badge(kpi, row.value),
        "url": reverse("metrics:explain-unit", args=[kpi.code, row.unit.code, str(month)]),
    }


def trend(history: History, month: Month, *, code: str, count: int = 24) -> Chart:
    """The months up to this one, the same months of the year before dashed, the limits as lines."""
    months = trend_months(month, count)
    kpi = history.kpi
    past = history.run([each.year_ago for each in months])
    series = [Series(name(kpi), history.run(months))]
    if any(value is not None for value in past):
        series.append(Series(_("Same month last year"), past, tone="past", dashed=True))
    return Chart(
        code=code,
        shape="line",
        title=name(kpi),
        labels=[str(each) for each in months],
        series=series,
        unit=kpi.unit.value,
        places=kpi.decimals,
        marks=limits(kpi),
    )


def limits(kpi: Kpi) -> list[Mark]:
    """The limits of a KPI as marks of a chart."""
    if kpi.threshold is None:
        return []
    lines: list[tuple[Decimal | None, Tone]] = [
        (kpi.threshold.low_red, "red"),
        (kpi.threshold.low_amber, "amber"),
        (kpi.threshold.high_amber, "amber"),
        (kpi.threshold.high_red, "red"),
    ]
    return [Mark(value, exact(kpi, value), tone) for value, tone in lines if value is not None]


def delta(kpi: Kpi, now: Decimal | None, before: Decimal | None, words: Any = "") -> Delta:
    """The change between two values in words."""
    return _delta(kpi, words, change(kpi, now, before))


def name(kpi: Kpi) -> str:
    """The name of a KPI in the reader's language."""
    return dictionary.label(kpi)


def badge(kpi: Kpi, value: Decimal | None) -> tuple[str, str] | None:
    """The light of a value as a badge; None without limits."""
    light = kpi.light(value)
    return None if light is None else (light, str(LIGHTS[light]))


def alert_label(rule: AlertRule) -> str:
    """The name of an alert rule in the reader's language."""
    return rule.label_zh if dictionary.lang() == "zh" else rule.label_en


@dataclass(frozen=True)
class AlertLine:
    """An open alert as a list shows it."""

    title: str
    note: str
    severity: str
    value: str
    stake: str
    url: str


def alert_lines(found: Sequence[AlertEpisode]) -> list[AlertLine]:
    """Open alerts with what they are about and what is at stake in a year."""
    return [
        AlertLine(
            title=alert.place,
            note=f"{alert_label(alert.rule)} · {alert.get_side_display()}",
            severity=alert.rule.severity,
            value=str(formats.show(alert.last_value, "number")),
            stake=_stake(alert.stake_amount),
            url=reverse("alerts:episode-detail", args=[alert.pk]),
        )
        for alert in found
    ]


def explain_url(kpi: Kpi, dealer_code: str, month: Month) -> str:
    """The page that explains a dealer's figure."""
    return reverse("metrics:explain", args=[kpi.code, dealer_code, str(month)])


def _stake(value: Decimal | None) -> str:
    return "" if value is None else _("%(amount)s a year") % {"amount": "".join(amount(value))}


def _delta(kpi: Kpi, words: Any, found: Change | None) -> Delta:
    if found is None:
        return Delta(words, formats.MISSING, "none", "minus")
    text = _change_text(kpi, found)
    if not set(text) & set("123456789"):
        return Delta(words, text, "flat", "minus")
    return Delta(words, text, found.tone, "arrow-up-right" if found.value > 0 else "arrow-down-right")


def _change_text(kpi: Kpi, found: Change) -> str:
    size = abs(found.value)
    if found.relative:
        return f"{formats.grouped(size * 100, 1)}%"
    if kpi.unit is Unit.PERCENT:
        return _("%(points)s pp") % {"points": formats.grouped(size * 100, 1)}
    return formats.grouped(size, kpi.decimals)
