"""The panels of a page about the network or one of its units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.alerts import policies as alerts_policies
from apps.closing import policies as closing_policies
from apps.core.kit.charts import Chart, Series, Tone
from apps.dealers import policies as dealers_policies
from apps.kernel.kpi import Kpi
from apps.metrics import policies as metrics_policies
from apps.metrics.queries import dictionary
from apps.periods import queries as periods
from apps.portal import figures, places, policies, queries
from apps.portal.panels.board import Board, Panel

RANKED = 12
LATE = 12
MATRIX = 60


@dataclass(frozen=True)
class Place:
    """A line of a ranking."""

    no: int
    name: str
    note: str
    text: str
    light: str
    delta: figures.Delta
    share: int
    url: str


@dataclass(frozen=True)
class Todo:
    """Work that waits: how much of it, and where it is done."""

    tone: str
    icon: str
    count: int | None
    text: str
    url: str


def cards(board: Board) -> dict[str, Any]:
    """The headline KPIs of the unit."""
    shown = [
        figures.card(board.histories[kpi.code], board.month, url=_explain_url(board, kpi))
        for kpi in board.headlines
    ]
    return {"cards": shown}


def trend(board: Board) -> dict[str, Any] | None:
    """24 months of one KPI beside the year before."""
    kpi = board.chosen_kpi()
    if kpi is None:
        return None
    chart = figures.trend(board.histories[kpi.code], board.month, code="trend")
    return {"chart": chart, "chosen": kpi.code, "choices": board.choices()}


def ranking(board: Board) -> dict[str, Any] | None:
    """The dealers at the head or at the end of the network for one KPI."""
    kpi = board.chosen_kpi()
    if kpi is None:
        return None
    rows = queries.ranking(actor=board.actor, kpi=kpi, month=board.month, readings=board.known)
    rows = rows.filter(value__isnull=False)
    if board.unit is not None:
        rows = rows.filter(dealer__unit__path__startswith=board.unit.path)
    last = board.asked.get("end") == "last"
    found = list(rows.reverse()[:RANKED] if last else rows[:RANKED])
    top = max([abs(row.value) for row in found if row.value is not None], default=Decimal(0)) or Decimal(1)
    lines = [_place(board, kpi, no, row, top) for no, row in enumerate(found, 1)]
    shown = {"places": lines, "chosen": kpi.code, "choices": board.choices(), "last": last}
    return shown | {"all_url": _ranking_url(board, kpi)}


def tiles(board: Board) -> dict[str, Any] | None:
    """One KPI of every province, laid out like the map."""
    kpi = board.chosen_kpi("inventory.coefficient")
    if kpi is None or board.unit is None or board.unit.kind not in ("hq", "region"):
        return None
    found = queries.provinces(actor=board.actor, kpi=kpi, reading=board.reading)
    known = {province.code[:2]: province for province in found}
    order = sorted(province.value for province in found if province.value is not None)
    shown = [_tile(board, kpi, code, known.get(code), order) for code in places.PROVINCES]
    return {
        "tiles": shown,
        "chosen": kpi.code,
        "choices": board.choices(),
        "lights": kpi.threshold is not None,
    }


def compare(board: Board) -> dict[str, Any] | None:
    """The units below, side by side."""
    kpi, below = board.chosen_kpi(), board.below
    if kpi is None or len(below) < 2:
        return None
    values = [(unit, board.unit_histories[unit.pk][kpi.code].at(board.month)) for unit in below]
    values.sort(key=lambda pair: (pair[1] is None, -(pair[1] or 0)))
    chart = Chart(
        code="compare",
        shape="bars",
        title=dictionary.label(kpi),
        labels=[unit.name for unit, _value in values],
        series=[Series(dictionary.label(kpi), [value for _unit, value in values])],
        unit=kpi.unit.value,
        places=kpi.decimals,
        tones=[_bar_tone(kpi, value) for _unit, value in values],
        links=[f"{reverse('portal:home')}?{urlencode({'unit': unit.pk})}" for unit, _value in values],
    )
    return {"chart": chart, "chosen": kpi.code, "choices": board.choices()}


def attention(board: Board) -> dict[str, Any]:
    """The open alerts that cost most."""
    return {"alerts": figures.alert_lines(board.alerts.first), "alert_count": board.alerts.total}


def feeds(board: Board) -> dict[str, Any]:
    """For each feed, how many dealers have reported the month, and who has not."""
    late = []
    if any(each.missing for each in board.missing):
        rows = queries.late_dealers(actor=board.actor, month=board.month, unit=board.unit)
        late = [(str(dealer), reverse("portal:dealer", args=[dealer.code])) for dealer in rows[:LATE]]
    return {"feeds": board.missing, "late": late}


def work(board: Board) -> dict[str, Any]:
    """What waits for the maker's people, in numbers that lead to the work."""
    missing = sum(each.missing for each in board.missing)
    reports = Todo("red", "file-import", missing, _("reports missing"), reverse("metrics:feed-list"))
    alerts = Todo(
        "amber",
        "alert-triangle",
        board.alerts.unanswered,
        _("alerts unanswered"),
        reverse("alerts:episode-list"),
    )
    done = {
        reports: replace(reports, tone="green", count=None, text=_("All data has come")),
        alerts: replace(alerts, tone="green", count=None, text=_("Every alert is answered")),
    }
    shown = [todo if todo.count else done[todo] for todo in (reports, alerts)]
    return {"todos": [*shown, *_month_to_close(board)]}


def matrix(board: Board) -> dict[str, Any] | None:
    """The dealers of a small unit with their headline KPIs side by side."""
    if board.unit is None:
        return None
    rows = queries.dealers(actor=board.actor).filter(unit__path__startswith=board.unit.path, status="active")
    found = list(rows.order_by("code")[: MATRIX + 1])
    if not found or len(found) > MATRIX:
        return None
    kpis = board.headlines
    months = {board.month, board.month.previous}
    values = queries.dealer_histories(
        actor=board.actor,
        dealers=found,
        kpis=kpis,
        readings={month: reading for month, reading in board.known.items() if month in months},
    )
    lines = [
        {
            "dealer": dealer,
            "url": reverse("portal:dealer", args=[dealer.code]),
            "cards": [
                figures.card(
                    values[dealer.pk][kpi.code],
                    board.month,
                    url=figures.explain_url(kpi, dealer.code, board.month),
                )
                for kpi in kpis
            ],
        }
        for dealer in found
    ]
    return {"kpis": [dictionary.label(kpi) for kpi in kpis], "lines": lines}


def _month_to_close(board: Board) -> list[Todo]:
    """The month after the newest closed one, once it is over, for those who close months."""
    closed = [month for month, reading in board.known.items() if reading.frozen_at]
    if not closed or not board.actor.may(closing_policies.RUN):
        return []
    month = max(closed).next
    if periods.business_calendar().bounds(month)[1] >= board.today:
        return []
    text = _("%(month)s is not closed") % {"month": month}
    return [Todo("amber", "calendar-check", None, text, reverse("closing:month-detail", args=[str(month)]))]


def _place(board: Board, kpi: Kpi, no: int, row: Any, top: Decimal) -> Place:
    return Place(
        no=no,
        name=str(row.dealer),
        note=row.dealer.unit.name,
        text=figures.exact(kpi, row.value),
        light=kpi.light(row.value) or "",
        delta=figures.delta(kpi, row.value, row.previous, _("MoM")),
        share=int(abs(row.value) / top * 100),
        url=reverse("portal:dealer", args=[row.dealer.code]),
    )


def _tile(
    board: Board, kpi: Kpi, code: str, found: queries.Province | None, order: Sequence[Decimal]
) -> dict[str, Any]:
    value = found.value if found else None
    name = places.PROVINCES[code]
    if value is None:
        tone = "none"
    elif kpi.threshold is not None:
        tone = kpi.light(value) or "none"
    else:
        tone = f"q{1 + order.index(value) * 5 // max(len(order), 1)}"
    return {
        "code": code,
        "name": name,
        "text": figures.short(kpi, value)[0] if found else "",
        "full": figures.exact(kpi, value),
        "dealers": found.dealers if found else 0,
        "tone": tone,
        "url": f"{_ranking_url(board, kpi)}&province={found.code}" if found else "",
    }


def _bar_tone(kpi: Kpi, value: Decimal | None) -> Tone:
    light = kpi.light(value)
    return light if light is not None else "main"


def _explain_url(board: Board, kpi: Kpi) -> str:
    if board.unit is None or board.reading is None:
        return ""
    return reverse("metrics:explain-unit", args=[kpi.code, board.unit.code, str(board.month)])


def _ranking_url(board: Board, kpi: Kpi) -> str:
    asked: dict[str, str] = {"kpi": kpi.code}
    if board.unit is not None and board.unit.kind != "hq":
        asked["unit"] = str(board.unit.pk)
    return f"{reverse('portal:ranking')}?{urlencode(asked)}"


CARDS = Panel("cards", "", "portal/panels/cards.html", cards, metrics_policies.VIEW)
TREND = Panel(
    "trend",
    gettext_lazy("Trend of 24 months"),
    "portal/panels/trend.html",
    trend,
    metrics_policies.VIEW,
    "col-xl-8",
)
ATTENTION = Panel(
    "attention",
    gettext_lazy("Open alerts"),
    "portal/panels/alerts.html",
    attention,
    alerts_policies.VIEW,
    "col-xl-4",
)
RANKING = Panel(
    "ranking",
    gettext_lazy("Dealer ranking"),
    "portal/panels/ranking.html",
    ranking,
    policies.NETWORK,
    "col-xl-6",
)
TILES = Panel(
    "tiles", gettext_lazy("Provinces"), "portal/panels/tiles.html", tiles, policies.NETWORK, "col-xl-6"
)
COMPARE = Panel(
    "compare",
    gettext_lazy("Comparison of units"),
    "portal/panels/compare.html",
    compare,
    policies.NETWORK,
    "col-xl-8",
)
FEEDS = Panel(
    "feeds",
    gettext_lazy("Data received"),
    "portal/panels/feeds.html",
    feeds,
    metrics_policies.VIEW,
    "col-xl-4",
)
MATRIX_PANEL = Panel(
    "matrix", gettext_lazy("My dealers"), "portal/panels/matrix.html", matrix, dealers_policies.VIEW, "col-12"
)

WORK = Panel("work", "", "portal/panels/work.html", work, metrics_policies.VIEW)

NETWORK = (WORK, CARDS, TREND, ATTENTION, RANKING, TILES, COMPARE, FEEDS)
FIELD = (
    WORK,
    CARDS,
    MATRIX_PANEL,
    replace(TREND, width="col-xl-6"),
    replace(ATTENTION, width="col-md-6 col-xl-3"),
    replace(FEEDS, width="col-md-6 col-xl-3"),
    replace(COMPARE, width="col-12"),
)
