"""What people are told and asked about ten-day orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.roles import Role
from apps.ordering.models import OrderLine, OrderPlan
from apps.work import registry
from apps.work import services as work

STORE = (Role.DEALER_GENERAL, Role.DEALER_SALES)
SUBMIT = registry.todo(
    "ordering.submit",
    _("Ten-day order to submit"),
    _("Check and submit the order for %(days)s by %(until)s"),
    icon="clipboard-check",
)
PAY = registry.todo(
    "ordering.pay",
    _("Order blocked for want of money"),
    _("¥%(missing)s is missing for the order of %(days)s; pay in by %(until)s"),
    icon="coin-yuan",
)
CHASE = registry.todo(
    "ordering.chase",
    _("Late delivery of an order"),
    _("%(dealer)s: %(line)s was promised for %(promised)s, %(open)s of %(units)s are not there"),
    icon="truck",
)
CONFIRMED = registry.notice(
    "ordering.confirmed",
    _("My ten-day order was confirmed"),
    _("The order for %(days)s is confirmed; delivery is promised for %(promised)s."),
    icon="clipboard-check",
)


def reported(plan: OrderPlan, now: datetime) -> None:
    """The general manager is asked to submit the plan."""
    params = {"days": _days(plan), "until": f"{plan.submit_on:%m-%d} 23:59"}
    wanted = work.Wanted(
        key=_key(plan, "submit"),
        params=params,
        url=_page(plan),
        role=Role.DEALER_GENERAL,
        dealer_id=plan.dealer_id,
        due_at=plan.window.cut_off,
    )
    work.open_todo(code=SUBMIT, todo=wanted, now=now, opened_by=plan.reported_by)


def submitted(plan: OrderPlan, now: datetime) -> None:
    """The request to submit is off the list."""
    work.close_todo(key=_key(plan, "submit"), now=now, by=plan.submitted_by)


def ask_for_money(plan: OrderPlan, blocked: Sequence[OrderLine], now: datetime) -> None:
    """Who pays at the dealer is asked for what is missing, once for a plan; nobody when all is paid."""
    if not blocked:
        work.close_todo(key=_key(plan, "pay"), now=now)
        return
    missing = sum(line.missing_amount for line in blocked)
    params = {"missing": f"{missing:,.2f}", "days": _days(plan), "until": f"{plan.money_on:%m-%d}"}
    wanted = work.Wanted(
        key=_key(plan, "pay"),
        params=params,
        url=_page(plan),
        role=Role.DEALER_FINANCE,
        dealer_id=plan.dealer_id,
    )
    work.open_todo(code=PAY, todo=wanted, now=now)


def confirmed(plan: OrderPlan, promised: date, now: datetime) -> None:
    """The dealer learns that its order is firm."""
    work.close_todo(key=_key(plan, "pay"), now=now)
    work.tell_holders(
        notice=CONFIRMED,
        roles=STORE,
        dealer_id=plan.dealer_id,
        key=_key(plan, "confirmed"),
        now=now,
        params={"days": _days(plan), "promised": f"{promised:%Y-%m-%d}"},
        url=_page(plan),
    )


def late(lines: Iterable[OrderLine], now: datetime) -> None:
    """The account manager of the dealer is asked to chase what is late (A1-10)."""
    wanted = [
        work.Wanted(
            key=f"ordering.late:{line.pk}",
            params={
                "dealer": str(line.plan.dealer),
                "line": str(line),
                "promised": f"{line.promised_on:%m-%d}",
                "open": line.quantity - line.arrived_units,
                "units": line.quantity,
            },
            url=_page(line.plan),
            role=Role.ACCOUNT_MANAGER,
            unit_id=line.plan.dealer.unit_id,
        )
        for line in lines
    ]
    work.open_todos(code=CHASE, wanted=wanted, now=now)


def arrived(lines: Iterable[OrderLine], now: datetime) -> None:
    """What is complete need not be chased any more."""
    work.close_todos(keys=[f"ordering.late:{line.pk}" for line in lines], now=now)


def _days(plan: OrderPlan) -> str:
    return f"{plan.starts_on:%m-%d}–{plan.ends_on:%m-%d}"


def _key(plan: OrderPlan, what: str) -> str:
    return f"ordering.plan:{plan.pk}:{what}"


def _page(plan: OrderPlan) -> str:
    return reverse("ordering:plan-detail", kwargs={"pk": plan.pk})
