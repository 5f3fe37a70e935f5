"""The panels of a page about one dealer: its own home and its 360 page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from apps.core.kit.charts import Chart, Series, Tone
from apps.core.kit.tables import Table
from apps.dealers import policies as dealers_policies
from apps.dealers import queries as dealers
from apps.health import policies as health_policies
from apps.health import queries as health
from apps.health.reading import breakdown
from apps.incentives import policies as incentives_policies
from apps.incentives import queries as incentives
from apps.incentives.tables.accruals import reason_text
from apps.incentives.tables.statements import version_text, window_text
from apps.inventory import policies as inventory_policies
from apps.inventory.rules import BUCKETS
from apps.metrics import policies as metrics_policies
from apps.metrics import tables
from apps.metrics.queries import dictionary
from apps.periods import queries as periods
from apps.portal import figures, queries
from apps.portal.panels.board import Board, Panel
from apps.portal.panels.network import ATTENTION, TREND
from apps.portal.rules import trend_months
from apps.sales import policies as sales_policies
from apps.sales import queries as sales
from apps.sales.measures import COLUMNS

RING = 264
"""Length of the score ring's circumference in its drawing (2 π · 42, rounded)."""


LATEST = 8
AGEING_MONTHS = 12
AGE_TONES: tuple[Tone, ...] = ("one", "two", "three", "four", "five", "six")


class DeliveriesTable(Table):
    """Deliveries as the dealer page shows them."""

    columns = COLUMNS


@dataclass(frozen=True)
class Step:
    """Something to do next."""

    tone: str
    icon: str
    title: str
    note: str
    url: str
    action: str


def cards(board: Board) -> dict[str, Any]:
    """The headline KPIs of the dealer with its place in the network."""
    dealer = _dealer(board)
    kpis = board.headlines
    places = board.standings
    shown = [
        figures.card(
            board.histories[kpi.code],
            board.month,
            url=figures.explain_url(kpi, dealer.code, board.month),
            standing=places.get(kpi.code),
        )
        for kpi in kpis
    ]
    return {"cards": shown}


def all_cards(board: Board) -> dict[str, Any]:
    """Every KPI of the dealer, by the part of the business it belongs to."""
    dealer = _dealer(board)
    groups: dict[str, list[figures.Card]] = {}
    for code, kpi in board.kpis.items():
        url = figures.explain_url(kpi, dealer.code, board.month)
        shown = figures.card(board.histories[code], board.month, url=url)
        groups.setdefault(code.split(".")[0], []).append(shown)
    return {"groups": [(tables.AREAS.get(area, area), shown) for area, shown in groups.items()]}


def steps(board: Board) -> dict[str, Any]:
    """What to do next: data that is missing, alerts nobody answered, figures beyond their limits."""
    return {"steps": [*_missing_data(board), *_open_alerts(board), *_red_figures(board)]}


def score(board: Board) -> dict[str, Any] | None:
    """The health score of the month with its dimensions."""
    rows = health.scores(actor=board.actor).filter(dealer=_dealer(board), period=board.month.first)
    found = rows.first()
    if found is None:
        return None
    filled = 0 if found.score is None else int(found.score * RING / 100)
    return {"score": found, "parts": breakdown(found), "filled": filled, "rest": RING - filled}


def rebates(board: Board) -> dict[str, Any]:
    """What each policy comes to in its term so far, as computed with the month."""
    rows = incentives.accruals.accruals(actor=board.actor)
    rows = rows.filter(dealer=_dealer(board), period=board.month.first)
    return {
        "rebates": [
            {
                "name": version_text(row),
                "row": row,
                "window": window_text(row),
                "reason": reason_text(row),
                "url": reverse("incentives:accrual-detail", args=[row.pk]),
            }
            for row in rows.order_by("version__policy__code", "window_first")
        ]
    }


def ageing(board: Board) -> dict[str, Any] | None:
    """The stock of the dealer by age at the end of each of twelve months."""
    calendar = periods.business_calendar()
    months = trend_months(board.month, AGEING_MONTHS)
    counts = queries.ageing(
        actor=board.actor, dealer=_dealer(board), days=[calendar.bounds(month)[1] for month in months]
    )
    if not any(map(any, counts)):
        return None
    return {
        "chart": Chart(
            code="ageing",
            shape="stack",
            title=_("Stock by age"),
            labels=[str(month) for month in months],
            series=[
                Series(
                    _("%(days)s days") % {"days": bucket.code}, [Decimal(row[place]) for row in counts], tone
                )
                for place, (bucket, tone) in enumerate(zip(BUCKETS, AGE_TONES, strict=True))
            ],
            unit="units",
        )
    }


def deliveries(board: Board) -> dict[str, Any]:
    """The newest retail deliveries of the dealer."""
    rows = sales.deliveries(actor=board.actor).filter(dealer=_dealer(board))
    return {"table": DeliveriesTable(rows.order_by("-occurred_on", "-pk")[:LATEST])}


def profile(board: Board) -> dict[str, Any]:
    """Who the dealer is."""
    dealer = _dealer(board)
    facts = [
        (_("Code"), dealer.code, "code"),
        (_("Company name"), dealer.name, "text"),
        (_("Organisation unit"), dealer.unit.name, "text"),
        (_("Dealer group"), dealer.group and dealer.group.name, "text"),
        (_("Store type"), dealer.get_store_type_display(), "text"),
        (_("Channel pattern"), dealer.get_channel_pattern_display(), "text"),
        (_("City"), " ".join(_once(dealer.province, dealer.city)), "text"),
        (_("Opened on"), dealer.opened_on, "date"),
        (_("Contract until"), dealer.contract_to, "date"),
        (_("Status"), dealer.get_status_display(), "text"),
    ]
    return {"facts": [{"label": label, "value": value, "kind": kind} for label, value, kind in facts]}


def contacts(board: Board) -> dict[str, Any]:
    """Whom to call there, masked; in clear for who says why."""
    return dealers.contact_cards(actor=board.actor.narrowed(dealers_policies.CONTACTS), dealer=_dealer(board))


def _once(*places: Any) -> list[str]:
    """The names of places, that of a municipality once."""
    return list(dict.fromkeys(str(place) for place in places if place))


def _dealer(board: Board) -> Any:
    if board.dealer is None:
        raise ValueError("this panel stands on pages of one dealer")
    return board.dealer


def _missing_data(board: Board) -> list[Step]:
    missing = [each.feed for each in board.missing if each.missing]
    return [
        Step(
            "red",
            "file-import",
            _("%(feed)s of %(month)s is missing") % {"feed": feed.label, "month": board.month},
            _("Without it the month's figures stay empty. Report it, or declare that there was nothing."),
            reverse("metrics:feed-list"),
            _("Report"),
        )
        for feed in missing
    ]


def _open_alerts(board: Board) -> list[Step]:
    return [
        Step(
            alert.rule.severity,
            "alert-triangle",
            _("Answer the alert: %(label)s") % {"label": figures.alert_label(alert.rule)},
            alert.get_side_display(),
            reverse("alerts:episode-detail", args=[alert.pk]),
            pgettext("to do", "Answer"),
        )
        for alert in board.alerts.first
        if alert.state == "open"
    ]


def _red_figures(board: Board) -> list[Step]:
    dealer = _dealer(board)
    found = []
    for code, kpi in board.kpis.items():
        value = board.histories[code].at(board.month)
        if kpi.light(value) == "red":
            text, suffix = figures.short(kpi, value)
            found.append(
                Step(
                    "red",
                    "gauge",
                    _("%(kpi)s needs action") % {"kpi": dictionary.label(kpi)},
                    f"{text} {suffix}".strip(),
                    figures.explain_url(kpi, dealer.code, board.month),
                    _("Why"),
                )
            )
    return found


CARDS = Panel("cards", "", "portal/panels/cards.html", cards, metrics_policies.VIEW)
STEPS = Panel(
    "steps",
    gettext_lazy("What to do next"),
    "portal/panels/steps.html",
    steps,
    metrics_policies.VIEW,
    "col-xl-4",
)
SCORE = Panel(
    "score", gettext_lazy("Health score"), "portal/panels/score.html", score, health_policies.VIEW, "col-xl-4"
)
PROFILE = Panel(
    "profile",
    gettext_lazy("Profile"),
    "portal/panels/profile.html",
    profile,
    dealers_policies.VIEW,
    "col-xl-8",
)
CONTACTS = Panel(
    "contacts",
    gettext_lazy("Contact persons"),
    "portal/panels/contacts.html",
    contacts,
    dealers_policies.CONTACTS,
    "col-xl-8",
)
ALL_CARDS = Panel(
    "all", gettext_lazy("All KPIs"), "portal/panels/all_cards.html", all_cards, metrics_policies.VIEW
)

REBATES = Panel(
    "rebates",
    gettext_lazy("Rebates"),
    "portal/panels/rebates.html",
    rebates,
    incentives_policies.VIEW,
    "col-xl-4",
)
DELIVERIES = Panel(
    "deliveries",
    gettext_lazy("Latest deliveries"),
    "portal/panels/deliveries.html",
    deliveries,
    sales_policies.VIEW,
    "col-xl-8",
)

AGEING = Panel(
    "ageing",
    gettext_lazy("Stock by age"),
    "portal/panels/ageing.html",
    ageing,
    inventory_policies.VIEW,
    "col-xl-4",
)

HOME = (CARDS, TREND, STEPS, AGEING, SCORE, REBATES)
FULL = (
    CARDS,
    TREND,
    SCORE,
    replace(AGEING, width="col-xl-8"),
    ATTENTION,
    PROFILE,
    REBATES,
    CONTACTS,
    replace(DELIVERIES, width="col-12"),
    ALL_CARDS,
)
