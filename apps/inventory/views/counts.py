from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError
from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, ObjectPage
from apps.dealers import queries as dealers
from apps.inventory import policies, queries, services
from apps.inventory.filters import counts as filters
from apps.inventory.forms import counts as forms
from apps.inventory.models import CountLine, CountSheet
from apps.inventory.rules import CountState
from apps.inventory.tables import counts as tables


def _url(sheet: CountSheet) -> str:
    return reverse("inventory:count-detail", kwargs={"pk": sheet.pk})


def _board(sheet: CountSheet, actor: Any) -> dict[str, Any]:
    """What the counting page shows: how far it is, what was found last, what is left."""
    lines = list(queries.lines_of(sheet))
    seen = [line for line in lines if line.found_at is not None]
    return {
        "sheet": sheet,
        "seen": len(seen),
        "share": 100 * min(len(seen), sheet.book_units) // max(sheet.book_units, 1),
        "last": [(line, tables.result_badge(line)) for line in reversed(seen[-5:])],
        "left": [line for line in lines if line.found_at is None],
        "may_count": actor.may(policies.COUNT),
    }


class CountList(ListPage):
    action = policies.VIEW
    title = _("Stock counts")
    query = queries.counts
    filterset = filters.CountFilter
    table = tables.CountTable
    empty = _("No count yet. Begin one and scan the vehicles in the yard with a phone.")
    buttons = (
        Button(_("Begin a count"), "inventory:count-begin", policies.COUNT, "plus", True),
        Button(_("Month-end counts"), "inventory:declaration-list", policies.VIEW, "clipboard-check"),
    )


class CountBegin(FormPage):
    action = policies.COUNT
    title = _("Begin a count")
    form_class = forms.BeginForm
    submit_label = _("Begin a count")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        dealer = dealers.dealers(actor=self.actor).get(pk=cleaned["dealer"])
        sheet = services.open_count(dealer=dealer, kind=cleaned["kind"], actor=self.actor, now=timezone.now())
        return _url(sheet)


class CountDetail(DetailPage):
    """The counting page while it is open, then the differences to explain, then what came of it."""

    action = policies.VIEW
    query = queries.counts
    template_name = "inventory/count_detail.html"

    def page_title(self) -> str:
        return f"{self.object} · {self.object.dealer}"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        finish = Button(_("Finish the count"), "inventory:count-finish", policies.COUNT, "flag", True)
        return (finish,) if self.object.state == CountState.OPEN else ()

    def context(self) -> dict[str, Any]:
        sheet = self.object
        if sheet.state == CountState.OPEN:
            return _board(sheet, self.actor)
        wrong: list[CountLine] = list(queries.variances(sheet))
        explaining = sheet.state == CountState.VARIANCE and self.actor.may(policies.COUNT)
        return {
            "sheet": sheet,
            "state": tables.count_badge(sheet),
            "explaining": explaining,
            "wrong": [(line, tables.result_badge(line)) for line in wrong],
            "lines": tables.LineTable(wrong),
        }


class CountScan(ObjectPage):
    """Takes one scanned or typed code; answers the board, the last find on top.

    Without scripts, or before they are ready, the answer is the whole page of the count.
    """

    action = policies.COUNT
    query = queries.counts
    template_name = "inventory/_count_board.html"
    page_title = CountDetail.page_title
    buttons = CountDetail.buttons

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = forms.ScanForm(request.POST)
        told: dict[str, Any] = {}
        if not form.is_valid():
            told["error"] = _("Scan or type a VIN.")
        else:
            try:
                told["line"] = services.scan(
                    sheet=self.object, actor=self.actor, now=timezone.now(), **form.cleaned_data
                )
            except DomainError as error:
                told |= {"error": str(error), "code": form.cleaned_data["code"]}
        if not request.htmx and "error" not in told:  # type: ignore[attr-defined]
            return redirect(_url(self.object))
        status = 422 if "error" in told else 200
        template = self.template_name if request.htmx else "inventory/count_detail.html"  # type: ignore[attr-defined]
        return self.show(template, status, **_board(self.object, self.actor), **told)


class CountFinish(ConfirmPage):
    action = policies.COUNT
    query = queries.counts
    question = _("Vehicles that were not found count as missing, and the field is told. Finish the count?")
    submit_label = _("Finish the count")
    success = _("The count is finished.")

    def act(self) -> str:
        services.finish_count(sheet=self.object, actor=self.actor, now=timezone.now())
        return _url(self.object)


class CountExplain(ObjectPage):
    """Takes the explanations of all differences at once."""

    action = policies.COUNT
    query = queries.counts

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lines = list(queries.variances(self.object))
        told = {line.pk: request.POST.get(f"why-{line.pk}", "")[:300] for line in lines}
        adjust = frozenset(line.pk for line in lines if request.POST.get(f"adjust-{line.pk}"))
        try:
            services.explain_count(
                sheet=self.object,
                explanations=told,
                adjust=adjust,
                actor=self.actor,
                now=timezone.now(),
            )
        except DomainError as error:
            for line in lines:
                line.explanation, line.is_adjusted = told[line.pk], line.pk in adjust
            wrong = [(line, tables.result_badge(line)) for line in lines]
            shown = {"sheet": self.object, "explaining": True, "wrong": wrong, "error": str(error)}
            state = tables.count_badge(self.object)
            return self.show("inventory/count_detail.html", 422, state=state, **shown)
        return redirect(_url(self.object))
