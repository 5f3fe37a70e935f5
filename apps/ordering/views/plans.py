from __future__ import annotations

from typing import Any, ClassVar

from django.forms import Form
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, ObjectFormPage
from apps.ledger import queries as accounts
from apps.ordering import filters, forms, policies, queries, services, tables
from apps.ordering.models import OrderPlan
from apps.ordering.rules.plans import BEFORE_CUT_OFF, STEPS, PlanState, Step


def plan_url(plan: OrderPlan) -> str:
    """The page of a plan."""
    return reverse("ordering:plan-detail", kwargs={"pk": plan.pk})


class OrderDesk(ListPage):
    """The ten days being ordered, who is how far, and all plans."""

    action = policies.VIEW
    title = _("Order desk")
    template_name = "ordering/desk.html"
    query = queries.plans
    filterset = filters.PlanFilter
    table = tables.PlanTable
    empty = _("No ten-day order yet. Draft one for the days being ordered now.")
    buttons = (
        Button(_("Draft an order"), "ordering:plan-create", policies.PLAN, "plus", True),
        Button(_("Order lines"), "ordering:line-list", policies.VIEW, "list-details"),
        Button(_("Late deliveries"), "ordering:late-list", policies.VIEW, "truck"),
        Button(_("Purchase plan"), "ordering:cash-need", policies.VIEW, "coin-yuan"),
    )

    def context(self) -> dict[str, Any]:
        now = timezone.now()
        return {"desk": queries.desk(actor=self.actor, on=timezone.localdate(now)), "now": now}


class LineList(ListPage):
    """Every ordered line with its promise and what arrived."""

    action = policies.VIEW
    title = _("Order lines")
    query = queries.lines
    filterset = filters.LineFilter
    table = tables.LineTable
    empty = _("No line was ordered yet.")


class LateList(ListPage):
    """Lines that should be there and are not: how long, how many, and when they are expected."""

    action = policies.VIEW
    title = _("Late deliveries")
    query = queries.late_today
    filterset = filters.LateFilter
    table = tables.LateTable
    empty = _("Nothing is late: all that was promised until today is there.")


class PlanCreate(FormPage):
    action = policies.PLAN
    title = _("Draft an order")
    form_class = forms.NewPlanForm
    submit_label = _("Draft")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor, "windows": queries.windows_for(timezone.localdate())}

    def initial(self) -> dict[str, Any]:
        return {"dealer": self.request.GET.get("dealer", "")} if "dealer" in self.request.GET else {}

    def save(self, cleaned: dict[str, Any]) -> str:
        windows = {each.starts_on: each for each in queries.windows_for(timezone.localdate())}
        plan = services.draft_plan(
            dealer=cleaned["dealer"],
            window=windows[cleaned["starts_on"]],
            actor=self.actor,
            now=timezone.now(),
        )
        return plan_url(plan)


class PlanDetail(DetailPage):
    """One plan: its steps, its lines, and the money they take."""

    action = policies.VIEW
    query = queries.plans
    template_name = "ordering/plan_detail.html"
    shown: ClassVar[dict[Step, tuple[Button, ...]]] = {
        Step.SUBMIT: (Button(_("Submit the order"), "ordering:plan-submit", policies.SUBMIT, "send", True),),
        Step.REPORT: (
            Button(_("Report the plan"), "ordering:plan-report", policies.REPORT, "arrow-up", True),
        ),
        Step.CONFIRM: (
            Button(_("Confirm the order"), "ordering:plan-confirm", policies.CONFIRM, "check", True),
        ),
        Step.CHANGE: (
            Button(_("Change units"), "ordering:plan-lines", policies.PLAN, "edit"),
            Button(_("Add a line"), "ordering:plan-add", policies.PLAN, "plus"),
        ),
    }

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        state, late = PlanState(self.object.state), timezone.now() > self.object.window.cut_off
        return tuple(
            button
            for step, buttons in self.shown.items()
            if (state, step) in STEPS and not (late and step in BEFORE_CUT_OFF)
            for button in buttons
        )

    def context(self) -> dict[str, Any]:
        now, plan = timezone.now(), self.object
        lines = queries.lines_of(plan)
        held = sum(line.amount for line in lines if line.state == "funded")
        return {
            "steps": tables.steps_of(plan, now),
            "badge": tables.plan_badge(plan),
            "lines": tables.lines_table(plan, lines),
            "funds": accounts.funds([plan.dealer_id])[plan.dealer_id],
            "held": held,
            "amendments": queries.amendments(plan, actor=self.actor),
            "cut_off_passed": now > plan.window.cut_off,
        }


class PlanForm(ObjectFormPage):
    """A form about one plan."""

    query = queries.plans

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"


class PlanLineAdd(PlanForm):
    action = policies.PLAN
    title = _("Add a line")
    form_class = forms.LineForm
    submit_label = _("Add a line")
    success = _("The line is added.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        wanted = services.Wanted(
            model_id=cleaned["model"],
            trim_id=cleaned["trim_id"],
            quantity=cleaned["quantity"],
            price_amount=cleaned["price_amount"],
            colour=cleaned["colour"],
            reason=cleaned["reason"],
        )
        services.add_line(plan=self.object, wanted=wanted, actor=self.actor, now=timezone.now())
        return plan_url(self.object)


class PlanLines(PlanForm):
    action = policies.PLAN
    title = _("Change units")
    template_name = "ordering/plan_lines.html"
    submit_label = _("Save")
    success = _("The units are saved.")

    def form(self, data: Any = None, files: Any = None) -> Form:
        self.bound = forms.QuantitiesForm(data, lines=queries.lines_of(self.object))
        return self.bound

    def save(self, cleaned: dict[str, Any]) -> str:
        services.save_lines(
            plan=self.object,
            quantities=self.bound.quantities(),
            seen=self.bound.seen(),
            actor=self.actor,
            now=timezone.now(),
        )
        return plan_url(self.object)


class PlanReport(ConfirmPage):
    action = policies.REPORT
    query = queries.plans
    question = _("Report this plan? The dealer is asked to check and submit it.")
    submit_label = _("Report the plan")
    success = _("The plan is reported.")

    def act(self) -> str:
        services.report(plan=self.object, actor=self.actor, now=timezone.now())
        return plan_url(self.object)


class PlanSubmit(ConfirmPage):
    action = policies.SUBMIT
    query = queries.plans
    question = _("Submit this plan as your own order? Its money is held on your accounts.")
    submit_label = _("Submit the order")
    success = _("The order is submitted.")

    def act(self) -> str:
        services.submit(plan=self.object, actor=self.actor, now=timezone.now())
        return plan_url(self.object)


class PlanConfirm(ConfirmPage):
    action = policies.CONFIRM
    query = queries.plans
    question = _("Confirm the paid lines? The money held is paid, and delivery is promised.")
    submit_label = _("Confirm the order")
    success = _("The order is confirmed.")

    def act(self) -> str:
        services.confirm(plan=self.object, actor=self.actor, now=timezone.now())
        return plan_url(self.object)
