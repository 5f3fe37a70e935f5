"""Settlement runs: calculated, handed in for release by a second person, made payable and paid."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage
from apps.incentives import policies, services
from apps.incentives.filters import statements as filters
from apps.incentives.forms import statements as forms
from apps.incentives.queries import statements as queries
from apps.incentives.rules.settling import RunState
from apps.incentives.tables import statements as tables
from apps.work import queries as work

SHOWN = 50


class RunList(ListPage):
    action = policies.VIEW_RUNS
    title = _("Settlement runs")
    query = queries.runs
    filterset = filters.RunFilter
    table = tables.RunTable
    empty = _("No settlement yet. Calculate a published policy for a term.")
    buttons = (
        Button(_("Calculate a settlement"), "incentives:run-new", policies.CALCULATE, "calculator", True),
    )


class RunNew(FormPage):
    action = policies.CALCULATE
    title = _("Calculate a settlement")
    form_class = forms.RunForm
    submit_label = _("Calculate")
    success = _("The settlement is being calculated; it appears in this list when it is done.")

    def form_options(self) -> dict[str, Any]:
        return {"policies": queries.published_policies(actor=self.actor)}

    def initial(self) -> dict[str, Any]:
        return {"policy": self.request.GET.get("policy"), "day": self.request.GET.get("day")}

    def save(self, cleaned: dict[str, Any]) -> str:
        asked: dict[str, Any] = {"day": cleaned["day"], "kind": cleaned["kind"], "actor": self.actor}
        if cleaned["policy"]:
            services.ask_calculation(policy=cleaned["policy"], now=timezone.now(), **asked)
        else:
            services.ask_all(now=timezone.now(), **asked)
        return reverse("incentives:run-list")


class RunDetail(DetailPage):
    action = policies.VIEW_RUNS
    query = queries.runs
    template_name = "incentives/run_detail.html"
    buttons = (
        Button(_("Hand in for release"), "incentives:run-release", policies.CALCULATE, "send", True),
        Button(_("Make payable"), "incentives:run-payable", policies.PAY, "coins"),
        Button(_("Payment batches"), "incentives:batch-list", policies.VIEW_BATCHES, "cash"),
    )

    def button_url(self, button: Button) -> str:
        of_run = button.url_name != "incentives:batch-list"
        return super().button_url(button) if of_run else reverse(button.url_name)

    def head_buttons(self) -> list[dict[str, Any]]:
        row, found = self.object, super().head_buttons()
        hidden = set()
        if row.kind != "final" or row.state != RunState.CALCULATED:
            hidden.add("/release/")
        if row.state != RunState.PUBLISHED:
            hidden |= {"/payable/", "/batches/"}
        return [each for each in found if not any(part in each["url"] for part in hidden)]

    def context(self) -> dict[str, Any]:
        row = self.object
        held = queries.statements(actor=self.actor).filter(run=row)
        found = work.approvals_of(actor=self.actor, target=row)
        return {
            "badge": tables.run_badge(row),
            "window": tables.window_text(row),
            "version": tables.version_text(row),
            "statements": tables.BriefTable(held.order_by("dealer__code", "pk")[:SHOWN]),
            "all_url": f"{reverse('incentives:statement-list')}?run={row.pk}",
            "aside": found.exists(),
        }


class RunRelease(ConfirmPage):
    action = policies.CALCULATE
    query = queries.runs
    question = _("Hand this settlement in? A second person of finance releases it.")
    submit_label = _("Hand in for release")
    success = _("A second person was asked to release it.")

    def act(self) -> str:
        services.ask_release(run=self.object, actor=self.actor, now=timezone.now())
        return reverse("incentives:run-detail", kwargs={"pk": self.object.pk})


class RunPayable(ConfirmPage):
    action = policies.PAY
    query = queries.runs
    question = _("Book everything dealers have confirmed in this run as payable?")
    submit_label = _("Make payable")
    success = _("What dealers confirmed is payable now.")

    def act(self) -> str:
        rows = queries.statements(actor=self.actor).filter(run=self.object)
        services.make_payable(
            statements=list(rows.values_list("pk", flat=True)), actor=self.actor, now=timezone.now()
        )
        return reverse("incentives:run-detail", kwargs={"pk": self.object.pk})
