"""A ten-day order is drafted, reported, submitted by the dealer, confirmed; changed before its cut-off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.kernel.money import round_step
from apps.ordering import happenings, notices, policies, queries
from apps.ordering.models import OrderLine, OrderPlan
from apps.ordering.rules.plans import (
    BEFORE_CUT_OFF,
    STEPS,
    LineState,
    PlanState,
    Step,
    needs_reason,
)
from apps.ordering.rules.windows import Window
from apps.ordering.services import funding

MOST_LINES = 200


@dataclass(frozen=True)
class Wanted:
    """A line as it is asked for. With a trim its list price is taken unless a price is given."""

    model_id: int
    quantity: int
    price_amount: Decimal
    trim_id: int | None = None
    colour: str = ""
    reason: str = ""
    suggested: int | None = None
    basis: Mapping[str, Any] | None = None


@transaction.atomic
def draft_plan(*, dealer: Dealer, window: Window, actor: Actor, now: datetime) -> OrderPlan:
    """Begin the dealer's plan for a window with the suggested lines; a plan that is there is answered.

    Errors: `not_found` for a dealer out of reach, `cut_off` when the window can no longer be submitted.
    """
    if not policies.plan.can(actor, policies.PLAN, OrderPlan(dealer_id=dealer.pk)):
        raise DomainError("not_found", _("This dealer does not exist."))
    jobs.lock(f"ordering:{dealer.pk}")
    known = OrderPlan.objects.filter(dealer=dealer, starts_on=window.starts_on).first()
    if known is not None:
        return known
    if now > window.cut_off:
        raise DomainError("cut_off", _("The time to submit this plan is over."))
    plan = OrderPlan.objects.create(
        dealer=dealer,
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        draft_on=window.draft_on,
        report_on=window.report_on,
        submit_on=window.submit_on,
        money_on=window.money_on,
        created_at=now,
        created_by=actor.label[:150],
    )
    for wanted in queries.suggested_lines(actor=actor, dealer_id=dealer.pk, on=timezone.localdate(now)):
        _add(plan, Wanted(**wanted))
    audit.record(actor=actor, action="ordering.draft", obj=plan, now=now, after={"lines": _told(plan)})
    return plan


@transaction.atomic
def add_line(*, plan: OrderPlan, wanted: Wanted, actor: Actor, now: datetime) -> OrderLine:
    """Add a line before the cut-off; in a submitted plan it is paid at once or blocked.

    Errors: `cut_off`, `state`, `quantity`, `price`, `too_many`.
    """
    plan = _locked(plan, Step.CHANGE, actor, now)
    _check(wanted.quantity, wanted.price_amount)
    if plan.lines.count() >= MOST_LINES:
        raise DomainError("too_many", _("A plan has %(most)s lines at most."), most=MOST_LINES)
    before = _told(plan)
    line = _add(plan, wanted)
    _changed(plan, before, actor, now)
    line.refresh_from_db()
    return line


@transaction.atomic
def save_lines(
    *,
    plan: OrderPlan,
    quantities: Mapping[int, tuple[int, str]],
    actor: Actor,
    now: datetime,
    seen: Mapping[int, int] | None = None,
) -> OrderPlan:
    """Set units and reasons of lines (by their key) before the cut-off; 0 units gives a line up.

    Another number than the suggested one needs a reason. In a submitted plan the changed lines give their
    money back and are paid anew. `seen` are the units the actor looked at. Errors: `cut_off`, `state`,
    `stale` where somebody changed them meanwhile, `reason` with the lines that lack one.
    """
    plan = _locked(plan, Step.CHANGE, actor, now)
    rows = {
        line.pk: line for line in plan.lines.select_for_update(of=("self",)).select_related("model", "trim")
    }
    if any(key in rows and rows[key].quantity != units for key, units in (seen or {}).items()):
        raise DomainError(
            "stale", _("Somebody changed this plan in the meantime. Look at it again before you save.")
        )
    lacking = {
        f"reason_{key}": _("Say why another number than the suggested one.")
        for key, (units, reason) in quantities.items()
        if key in rows and needs_reason(units, rows[key].suggested) and not reason.strip()
    }
    if lacking:
        raise DomainError("reason", _("Say why another number than the suggested one."), fields=lacking)
    before = _told(plan)
    for key, (units, reason) in quantities.items():
        line = rows.get(key)
        if line is not None and (line.quantity, line.reason) != (units, reason.strip()):
            _set(line, units, reason.strip(), actor, now)
    _changed(plan, before, actor, now)
    return plan


def _set(line: OrderLine, units: int, reason: str, actor: Actor, now: datetime) -> None:
    if units != line.quantity:
        _check(units or 1, line.price_amount)
        funding.release(lines=[line], actor=actor, now=now)
        line.state = LineState.OPEN if units else LineState.DROPPED
    line.quantity, line.reason = units, reason[:300]
    line.save(update_fields=["quantity", "reason", "state"])


@transaction.atomic
def report(*, plan: OrderPlan, actor: Actor, now: datetime) -> OrderPlan:
    """The account manager reports the plan; the dealer is asked to submit it.

    Errors: `cut_off`, `state`, `empty`.
    """
    plan = _step(plan, Step.REPORT, actor, now)
    notices.reported(plan, now)
    return plan


@transaction.atomic
def submit(*, plan: OrderPlan, actor: Actor, now: datetime) -> OrderPlan:
    """The dealer submits the plan as its own order; its lines are paid or blocked. Errors as for `report`."""
    plan = _step(plan, Step.SUBMIT, actor, now)
    funding.fund(plan=plan, actor=actor, now=now)
    notices.submitted(plan, now)
    return plan


@transaction.atomic
def confirm(*, plan: OrderPlan, actor: Actor, now: datetime) -> OrderPlan:
    """Make the paid lines firm: what is held is paid, delivery is promised, blocked lines are given up.

    While money may still come in, a plan with blocked lines waits. Errors: `state`, `waits_for_money`,
    `nothing_paid`.
    """
    plan = _locked(plan, Step.CONFIRM, actor, now)
    lines = list(plan.lines.select_for_update())
    paid = [line for line in lines if line.state == LineState.FUNDED]
    blocked = [line for line in lines if line.state == LineState.BLOCKED]
    if blocked and now.date() <= plan.money_on:
        raise DomainError(
            "waits_for_money",
            _("Lines are blocked; money may come in until %(day)s."),
            day=f"{plan.money_on:%Y-%m-%d}",
        )
    if not paid:
        raise DomainError("nothing_paid", _("No line of this plan is paid."))
    funding.take(lines=paid, actor=actor, now=now)
    promised = now.date() + timedelta(days=queries.terms_on(now.date()).lead_days)
    keys = [line.pk for line in paid]
    plan.lines.filter(pk__in=keys).update(state=LineState.CONFIRMED, promised_on=promised)
    plan.lines.filter(pk__in=[line.pk for line in blocked]).update(state=LineState.DROPPED)
    _mark(plan, PlanState.CONFIRMED, "confirmed", actor, now)
    notices.confirmed(plan, promised, now)
    happenings.confirmed(plan, actor=actor, now=now)
    return plan


def _step(plan: OrderPlan, step: Step, actor: Actor, now: datetime) -> OrderPlan:
    plan = _locked(plan, step, actor, now)
    if not plan.lines.filter(quantity__gt=0).exists():
        raise DomainError("empty", _("The plan has no line with units yet."))
    to = STEPS[PlanState(plan.state), step]
    _mark(plan, to, "reported" if step is Step.REPORT else "submitted", actor, now)
    return plan


def _mark(plan: OrderPlan, to: PlanState, name: str, actor: Actor, now: datetime) -> None:
    before = {"state": plan.state}
    plan.state = to
    setattr(plan, f"{name}_at", now)
    setattr(plan, f"{name}_by", actor.label[:150])
    plan.save(update_fields=["state", f"{name}_at", f"{name}_by"])
    action = {"reported": policies.REPORT, "submitted": policies.SUBMIT, "confirmed": policies.CONFIRM}[name]
    audit.record(actor=actor, action=action, obj=plan, now=now, before=before, after={"state": plan.state})


ACTIONS = {
    Step.CHANGE: policies.PLAN,
    Step.REPORT: policies.REPORT,
    Step.SUBMIT: policies.SUBMIT,
    Step.CONFIRM: policies.CONFIRM,
}


def _locked(plan: OrderPlan, step: Step, actor: Actor, now: datetime) -> OrderPlan:
    """The plan as it is now, kept for us; refused when the step is not open to this actor or any more."""
    if not policies.plan.can(actor, ACTIONS[step], plan):
        raise DomainError("forbidden", _("Your role does not include this action."))
    jobs.lock(f"ordering:{plan.dealer_id}")
    held = OrderPlan.objects.select_related("dealer").get(pk=plan.pk)
    if (PlanState(held.state), step) not in STEPS:
        raise DomainError(
            "state", _("The plan is no longer at this step: %(state)s."), state=held.get_state_display()
        )
    if step in BEFORE_CUT_OFF and now > held.window.cut_off:
        raise DomainError("cut_off", _("The time to submit this plan is over."))
    return held


def _check(quantity: int, price: Decimal) -> None:
    if not 0 < quantity <= 10_000:
        raise DomainError("quantity", _("Give a number of units."), fields={"quantity": _("1 to 10,000.")})
    if price <= 0:
        raise DomainError("price", _("Give a price above 0."), fields={"price_amount": _("Above 0.")})


def _add(plan: OrderPlan, wanted: Wanted) -> OrderLine:
    number = (plan.lines.aggregate(last=Max("number"))["last"] or 0) + 1
    return OrderLine.objects.create(
        dealer_id=plan.dealer_id,
        plan=plan,
        number=number,
        order_no=f"{plan.dealer.code}-{plan.starts_on:%y%m%d}-{number}",
        model_id=wanted.model_id,
        trim_id=wanted.trim_id,
        colour=wanted.colour.strip(),
        quantity=wanted.quantity,
        suggested=wanted.suggested,
        basis=dict(wanted.basis or {}),
        reason=wanted.reason.strip()[:300],
        price_amount=round_step("import.amount", wanted.price_amount),
    )


def _changed(plan: OrderPlan, before: Sequence[str], actor: Actor, now: datetime) -> None:
    if plan.state == PlanState.SUBMITTED:
        funding.fund(plan=plan, actor=actor, now=now)
    after = _told(plan)
    if after != before:
        audit.record(
            actor=actor,
            action=policies.PLAN,
            obj=plan,
            now=now,
            before={"lines": before},
            after={"lines": after},
        )


def _told(plan: OrderPlan) -> list[str]:
    """The lines in words, for the trail."""
    rows = plan.lines.select_related("model", "trim").order_by("number")
    return [f"{line} × {line.quantity}{f' ({line.reason})' if line.reason else ''}" for line in rows]
