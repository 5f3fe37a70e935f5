from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from apps.core.kit import period, records, search
from apps.core.kit.pages import ListPage, Page, SimplePage
from apps.core.kit.tables import Table
from apps.kernel.period import Month, PeriodError
from apps.metrics import queries as metrics
from apps.portal import figures, policies, queries
from apps.portal.boards import Desk, dealer_board, month_board
from apps.portal.filters import RankingPageFilter
from apps.portal.panels import dealer as dealer_panels
from apps.portal.panels.board import Board, Panel, Shown, show
from apps.portal.tables import ranking_table


class HomePage(SimplePage):
    """The home of whoever is asking: the network, a field unit, or the own store."""

    action = policies.HOME
    template_name = "portal/home.html"

    @cached_property
    def desk(self) -> Desk:
        """What this person looks at."""
        return Desk(self.request, self.actor)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.desk.keep(request)
        return super().get(request, *args, **kwargs)

    def page_title(self) -> str:
        board = self.desk.board
        if board.unit is not None and board.unit.kind == "hq":
            return str(_("National network"))
        return str(board.dealer or board.unit or _("Home"))

    def context(self) -> dict[str, Any]:
        self.desk.board.panel_url = f"{reverse('portal:home')}panel/"
        return {**self.desk.context(), "panels": show(self.desk.panels, self.desk.board)}


class HomePanel(HomePage):
    """One panel of the home page, after a choice was made on it."""

    template_name = "portal/_panel.html"

    def context(self) -> dict[str, Any]:
        desk = self.desk
        desk.board.panel_url = f"{reverse('portal:home')}panel/"
        return {"board": desk.board, "shown": _one(desk.panels, self.kwargs["code"], desk.board)}


class DealerPage(SimplePage):
    """Everything about one dealer on one page."""

    action = policies.DEALER
    template_name = "portal/dealer.html"

    @cached_property
    def board(self) -> Board:
        """The dealer's board, or 404."""
        board = dealer_board(self.request, self.actor, self.kwargs["code"])
        board.panel_url = reverse("portal:dealer", args=[self.kwargs["code"]]) + "panel/"
        return board

    def page_title(self) -> str:
        return str(self.board.dealer)

    def context(self) -> dict[str, Any]:
        return {
            "board": self.board,
            "panels": show(dealer_panels.FULL, self.board),
            "record_panels": records.panels(self.actor, self.board.dealer),
        }


class DealerPanel(DealerPage):
    """One panel of the dealer page, after a choice was made on it."""

    template_name = "portal/_panel.html"

    def context(self) -> dict[str, Any]:
        return {"board": self.board, "shown": _one(dealer_panels.FULL, self.kwargs["panel"], self.board)}


class RankingPage(ListPage):
    """All dealers of the actor by one KPI of the picked month, with filters and export."""

    action = policies.NETWORK
    title = _("Dealer ranking")
    template_name = "portal/ranking.html"
    filterset = RankingPageFilter
    empty = _("The values appear when the month is computed or closed.")

    @cached_property
    def board(self) -> Board:
        """The month, its readings and the KPIs to choose from."""
        return month_board(self.request, self.actor, self.known_on)

    @cached_property
    def known_on(self) -> date | None:
        """The day whose knowledge is asked for; None for now."""
        try:
            return date.fromisoformat(self.request.GET.get("known_on", ""))
        except ValueError:
            return None

    @cached_property
    def table(self) -> type[Table]:  # type: ignore[override]
        """The columns for the chosen KPI."""
        kpi = self.board.chosen_kpi()
        return ranking_table(kpi, self.board.kpis) if kpi else Table

    def rows(self) -> QuerySet[Any]:
        kpi, board = self.board.chosen_kpi(), self.board
        if kpi is None:
            return queries.no_values()
        return queries.ranking(actor=self.actor, kpi=kpi, month=board.month, readings=board.known)

    def _filtered(self) -> FilterSet | None:
        reach = queries.Reach(self.actor)
        bound = RankingPageFilter(
            self.request.GET,
            queryset=self.rows(),
            request=self.request,
            reach=reach,
            kpis=self.board.choices(),
        )
        bound.form.is_valid()
        return bound

    def show(self, template: str | None = None, status: int = 200, **extra: Any) -> HttpResponse:
        """The rows alone bring the figures of the units along: another KPI changes both."""
        rows = template == "kit/_table.html"
        return super().show("portal/_ranking_rows.html" if rows else template, status, **extra)

    def context(self) -> dict[str, Any]:
        kpi, board = self.board.chosen_kpi(), self.board
        tops = metrics.top_rows(actor=self.actor, kpi=kpi, reading=board.reading) if kpi else []
        return {
            "board": board,
            "known_on": self.known_on,
            "kpi": kpi,
            "tops": [figures.unit_line(kpi, row) for row in tops if kpi],
        }


class PeriodPage(Page):
    """Keeps the picked month for the session and goes back to where it was picked."""

    action = policies.HOME
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            period.keep(request, Month.parse(request.POST.get("period", "")))
        except PeriodError:
            return redirect("portal:home")
        return redirect(_local(request, request.POST.get("next", "")))


class SearchPage(SimplePage):
    """Results while typing (htmx) and as a page."""

    action = policies.HOME
    title = _("Search")
    template_name = "portal/search.html"

    def context(self) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()
        return {"text": text, "groups": search.search(self.actor, text)}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show("portal/_hits.html" if getattr(request, "htmx", None) else None)


def _one(panels: Sequence[Panel], code: str, board: Board) -> Shown:
    found = show([panel for panel in panels if panel.code == code], board)
    if not found:
        raise Http404
    return found[0]


def _local(request: HttpRequest, address: str) -> str:
    """The address without a month of its own, if it is ours; else home."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return "portal:home"
    path, _mark, query = address.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith(f"{period.KEY}="))
    return f"{path}?{kept}" if kept else path
