from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.closing import policies, progress, queries, services
from apps.closing.forms import ReasonForm
from apps.closing.queries import MonthView
from apps.closing.rules import RunKind, RunStatus
from apps.core.kit.pages import ConfirmPage, DetailPage, FormPage, ObjectPage, Page, SimplePage
from apps.kernel.period import Month, PeriodError

STATES = {
    "open": ("blue", pgettext_lazy("month", "Open")),
    "soft": ("amber", pgettext_lazy("month", "Being closed")),
    "closed": ("green", pgettext_lazy("month", "Closed")),
}


class MonthList(SimplePage):
    action = policies.VIEW
    title = _("Months and closes")
    template_name = "closing/month_list.html"

    def context(self) -> dict[str, Any]:
        found = queries.months(actor=self.actor, today=timezone.localdate())
        return {
            "months": [{"view": each, "state": STATES[each.state]} for each in found],
            "may_run": self.actor.may(policies.RUN),
            "may_reopen": self.actor.may(policies.REOPEN),
        }


class MonthPage(Page):
    """A page about one month of the list."""

    @cached_property
    def view(self) -> MonthView:
        """The month of the address, or 404."""
        try:
            month = Month.parse(self.kwargs["month"])
        except PeriodError as error:
            raise Http404 from error
        found = queries.month_view(actor=self.actor, month=month, today=timezone.localdate())
        if found is None:
            raise Http404
        return found

    def context(self) -> dict[str, Any]:
        return {
            "view": self.view,
            "state": STATES[self.view.state],
            "checklist": queries.checklist(actor=self.actor, month=self.view.month),
            "may_run": self.actor.may(policies.RUN),
            "may_reopen": self.actor.may(policies.REOPEN),
        }


class MonthDetail(MonthPage, SimplePage):
    action = policies.VIEW
    template_name = "closing/month_detail.html"

    def page_title(self) -> str:
        return str(self.view.month)

    def context(self) -> dict[str, Any]:
        runs = queries.runs(actor=self.actor).filter(period=self.view.month.first)
        return super().context() | {"runs": runs.order_by("-pk")[:20]}


class Start(MonthPage, ConfirmPage):
    """Asks before a month is computed or closed, with what is missing."""

    action = policies.RUN
    template_name = "closing/start.html"
    freeze = True
    title = _("Close the month")
    submit_label = _("Close the month")
    success = _("Started.")

    @property
    def object(self) -> Any:  # type: ignore[override]
        return self.view.month

    def page_title(self) -> str:
        return f"{self.title} · {self.view.month}"

    @property
    def question(self) -> str:  # type: ignore[override]
        return _now("Compute %(month)s and freeze it? It takes no more data then.") % {
            "month": self.view.month
        }

    def act(self) -> str:
        run = services.close_month(
            month=self.view.month, actor=self.actor, now=timezone.now(), freeze=self.freeze
        )
        return reverse("closing:run-detail", args=[run.pk])


class StartInterim(Start):
    freeze = False
    title = _("Compute the month")
    submit_label = _("Compute")

    @property
    def question(self) -> str:  # type: ignore[override]
        return _now("Compute %(month)s as it stands now? It stays open.") % {"month": self.view.month}


class Reopen(MonthPage, FormPage):
    action = policies.REOPEN
    form_class = ReasonForm
    title = _("Reopen the month")
    submit_label = _("Reopen")
    success = _("The month is open again.")

    def page_title(self) -> str:
        return f"{self.title} · {self.view.month}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.reopen_month(
            month=self.view.month, reason=cleaned["reason"], actor=self.actor, now=timezone.now()
        )
        return reverse("closing:month-detail", args=[self.view.month])


class RunDetail(DetailPage):
    action = policies.VIEW
    query = queries.runs
    template_name = "closing/run_detail.html"

    def context(self) -> dict[str, Any]:
        run = self.object
        stages = progress.of(run)
        live = run.status == RunStatus.RUNNING and not run.steps_failed
        return {
            "stages": stages,
            "live": live,
            "percent": 100 * run.steps_done // max(run.steps_total, 1),
            "failed": [
                {"label": stage.label, "step": step, "dealers": progress.dealers_of(step)}
                for stage in stages
                for step in stage.failed
            ],
            "is_close": run.kind == RunKind.CLOSE,
            "may_run": self.actor.may(policies.RUN),
        }


class RunProgress(RunDetail):
    """The moving part of the run page, asked for again until the run ends."""

    template_name = "closing/_progress.html"


class Retry(ObjectPage):
    action = policies.RUN
    query = queries.runs

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        services.retry(run=self.object, actor=self.actor, now=timezone.now())
        return redirect("closing:run-detail", pk=self.object.pk)


class Cancel(ConfirmPage):
    action = policies.RUN
    query = queries.runs
    question = _("End this run? What it froze stays; a month that was being closed opens again.")
    submit_label = _("End the run")
    success = _("The run was ended.")

    def act(self) -> str:
        services.cancel(run=self.object, actor=self.actor, now=timezone.now())
        return reverse("closing:run-detail", args=[self.object.pk])
