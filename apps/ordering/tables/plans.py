from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.ordering.models import OrderLine, OrderPlan
from apps.ordering.rules.plans import LineState, PlanState

_PLAN_COLOURS = {
    PlanState.DRAFT: "grey",
    PlanState.REPORTED: "blue",
    PlanState.SUBMITTED: "blue",
    PlanState.CONFIRMED: "green",
    PlanState.CLOSED: "green",
    PlanState.LAPSED: "red",
}
_LINE_COLOURS = {
    LineState.OPEN: "grey",
    LineState.FUNDED: "blue",
    LineState.BLOCKED: "red",
    LineState.CONFIRMED: "green",
    LineState.ARRIVED: "green",
    LineState.DROPPED: "grey",
}


def plan_badge(row: OrderPlan) -> tuple[str, Any]:
    """The state with its colour."""
    return _PLAN_COLOURS[PlanState(row.state)], row.get_state_display()


def line_badge(row: OrderLine) -> tuple[str, Any]:
    """The state with its colour; a confirmed line that should be there reads as late."""
    if row.state == LineState.CONFIRMED and row.promised_on and row.promised_on < timezone.localdate():
        return "red", _now("Delivery late")
    return _LINE_COLOURS[LineState(row.state)], row.get_state_display()


def days_text(row: OrderPlan) -> str:
    """The days a plan covers."""
    return f"{row.starts_on:%Y-%m-%d} – {row.ends_on:%m-%d}"


def plan_url(row: OrderPlan) -> str:
    """The page of a plan."""
    return reverse("ordering:plan-detail", kwargs={"pk": row.pk})


def _next_due(row: OrderPlan) -> date | None:
    following = {
        PlanState.DRAFT: row.report_on,
        PlanState.REPORTED: row.submit_on,
        PlanState.SUBMITTED: row.money_on,
    }
    return following.get(PlanState(row.state))


class PlanTable(Table):
    """Plans with what they come to."""

    columns = (
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer), link=plan_url),
        Column("days", _("Days covered"), "code", value=days_text, sort="starts_on", link=plan_url),
        Column("state", _("State"), "badge", value=plan_badge, sort="state"),
        Column("units", _("Units"), "units", sort="units"),
        Column("amount", _("Amount"), "money", sort="amount"),
        Column("missing", _("Money missing"), "money", value=lambda row: row.missing or None, sort="missing"),
        Column("next_due", _("Next step by"), "date", value=_next_due),
        Column("arrived", _("Arrived"), "units", phone=False, sort="arrived"),
    )
    order_by = ("-starts_on", "dealer__code", "pk")


def _line_columns(*names: str) -> tuple[Column, ...]:
    known = {
        "order_no": Column("order_no", _("Order number"), "code", sort="order_no"),
        "dealer": Column(
            "dealer", _("Dealer"), value=lambda row: str(row.dealer), link=lambda row: plan_url(row.plan)
        ),
        "days": Column(
            "days", _("Days covered"), "code", value=lambda row: days_text(row.plan), sort="plan__starts_on"
        ),
        "model": Column("model", _("Model"), value=str, sort="model__name"),
        "quantity": Column("quantity", _("Units"), "units", sort="quantity"),
        "suggested": Column("suggested", _("Suggested by forecast"), "units"),
        "reason": Column("reason", _("Reason"), "long", phone=False),
        "price": Column("price_amount", _("Price per unit"), "money", phone=False, sort="price_amount"),
        "total": Column("total", _("Amount"), "money", value=lambda row: row.amount, sort="total"),
        "state": Column("state", _("State"), "badge", value=line_badge, sort="state"),
        "missing": Column(
            "missing_amount", _("Money missing"), "money", value=lambda row: row.missing_amount or None
        ),
        "promised": Column("promised_on", _("Promised for"), "date", sort="promised_on"),
        "arrived": Column("arrived_units", _("Arrived"), "units", sort="arrived_units"),
    }
    return tuple(known[name] for name in names)


class LineTable(Table):
    """Lines of all plans."""

    columns = _line_columns(
        "order_no",
        "dealer",
        "days",
        "model",
        "quantity",
        "suggested",
        "reason",
        "price",
        "total",
        "state",
        "missing",
        "promised",
        "arrived",
    )
    order_by = ("-plan__starts_on", "dealer__code", "number", "pk")


_OF_A_PLAN = ("order_no", "model", "quantity", "suggested", "reason", "price", "total", "state")


class PlanLineTable(Table):
    """The lines of a plan that is being made."""

    columns = _line_columns(*(name for name in _OF_A_PLAN if name != "price"), "missing")


class FirmLineTable(Table):
    """The lines of a plan that is firm, with what became of them."""

    columns = _line_columns(*_OF_A_PLAN, "promised", "arrived")


def lines_table(plan: OrderPlan, lines: list[OrderLine]) -> Table:
    """The lines of a plan with what matters where it stands."""
    firm = plan.state in (PlanState.CONFIRMED, PlanState.CLOSED)
    return FirmLineTable(lines) if firm else PlanLineTable(lines)


def _late_days(row: OrderLine) -> int | None:
    return (timezone.localdate() - row.promised_on).days if row.promised_on else None


class LateTable(Table):
    """Lines that should be there and are not."""

    columns = (
        *_line_columns("order_no", "dealer", "model", "promised"),
        Column("late_days", _("Days late"), "units", value=_late_days),
        Column("quantity", _("Units ordered"), "units", sort="quantity"),
        Column("open_units", _("Not there"), "units", sort="open_units"),
        Column("on_the_way", _("On the way"), "units", value=lambda row: row.on_the_way or None),
        Column("expected_on", _("Expected by"), "date"),
    )
    order_by = ("promised_on", "dealer__code", "pk")


class TenDaysTable(Table):
    """Money for orders by the ten days they cover."""

    columns = (
        Column(
            "days",
            _("Days covered"),
            "code",
            value=lambda row: f"{row.starts_on:%Y-%m-%d} – {row.ends_on:%m-%d}",
            link=lambda row: f"{reverse('ordering:plan-list')}?starts_on={row.starts_on}",
        ),
        Column("money_on", _("Money due"), "date"),
        Column("plans", _("Plans"), "units"),
        Column("units", _("Units"), "units"),
        Column("amount", _("Orders (¥)"), "money"),
        Column("held", _("Held (¥)"), "money"),
        Column("open", _("Still to be held (¥)"), "money"),
        Column("missing", _("Missing (¥)"), "money"),
    )


class ModelTable(Table):
    """What is to be bought for which ten days."""

    columns = (
        Column("starts_on", _("Covers from"), "date", value=lambda row: row["starts_on"]),
        Column("model", _("Model"), value=lambda row: row["model"]),
        Column("units", _("Units"), "units", value=lambda row: row["units"]),
        Column("amount", _("Orders (¥)"), "money", value=lambda row: row["amount"]),
    )


class PurchaseTable(Table):
    """The purchase plan as it is taken to Excel."""

    columns = (
        Column("starts_on", _("Covers from"), "date", value=lambda row: row["plan__starts_on"]),
        Column("ends_on", _("Covers until"), "date", value=lambda row: row["plan__ends_on"]),
        Column("money_on", _("Money due"), "date", value=lambda row: row["plan__money_on"]),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row["dealer__code"]),
        Column("dealer", _("Dealer"), value=lambda row: row["dealer__name"]),
        Column("model", _("Model"), value=lambda row: row["model_name"]),
        Column("units", _("Units"), "units", value=lambda row: row["units"]),
        Column("amount", _("Orders (¥)"), "money", value=lambda row: row["cost"]),
        Column("missing", _("Missing (¥)"), "money", value=lambda row: row["missing"]),
    )


def steps_of(plan: OrderPlan, now: datetime) -> list[dict[str, Any]]:
    """The steps of a plan in their order: what, by when, whether done, by whom, and whether overdue."""
    window, day = plan.window, timezone.localdate(now)
    told = (
        (_now("Drafted"), window.draft_on, plan.created_at, plan.created_by),
        (_now("Reported by the account manager"), window.report_on, plan.reported_at, plan.reported_by),
        (_now("Submitted by the dealer"), window.submit_on, plan.submitted_at, plan.submitted_by),
        (_now("Money in place, confirmed"), window.money_on, plan.confirmed_at, plan.confirmed_by),
    )
    return [
        {"label": label, "due": due, "at": at, "by": by, "late": at is None and due < day}
        for label, due, at, by in told
    ]
