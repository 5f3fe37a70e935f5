from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.incentives.models import Dispute, DisputeItem, SettlementRun, Statement, StatementLine
from apps.incentives.rules import reasons
from apps.incentives.rules.settling import ItemState, LineStatus, RunState, StatementState

_STATES = {
    StatementState.INTERIM: "grey",
    StatementState.CALCULATED: "grey",
    StatementState.REVIEWING: "amber",
    StatementState.PUBLISHED: "blue",
    StatementState.DISPUTED: "red",
    StatementState.CONFIRMED: "green",
    StatementState.PAYABLE: "amber",
    StatementState.PAID: "green",
}
_RUNS = {RunState.CALCULATED: "grey", RunState.REVIEWING: "amber", RunState.PUBLISHED: "green"}
_LINES = {LineStatus.INCLUDED: "green", LineStatus.EXCLUDED: "red", LineStatus.PENDING: "amber"}
_ITEMS = {
    ItemState.SUBMITTED: "amber",
    ItemState.ACCEPTED: "green",
    ItemState.REJECTED: "red",
    ItemState.ESCALATED: "amber",
    ItemState.UPHELD: "green",
    ItemState.DISMISSED: "red",
}


def lang() -> str:
    """The reader's language, as rules are told it."""
    return get_language() or "zh-hans"


def statement_badge(row: Statement) -> tuple[str, Any]:
    """Where a statement stands."""
    return (_STATES[StatementState(row.state)], row.get_state_display())


def run_badge(row: SettlementRun) -> tuple[str, Any]:
    """Where a run stands."""
    return (_RUNS[RunState(row.state)], row.get_state_display())


def line_badge(row: StatementLine) -> tuple[str, Any]:
    """Whether a car is paid for."""
    return (_LINES[LineStatus(row.status)], row.get_status_display())


def item_badge(row: DisputeItem) -> tuple[str, Any]:
    """Where the dispute about a car stands."""
    return (_ITEMS[ItemState(row.state)], row.get_state_display())


def why(row: Any) -> str:
    """Why a car is not paid for, with the code."""
    found = reasons.EXCLUSIONS.get(row.code)
    return f"{row.code} {found.label.text(lang())}" if found else row.code


def why_and_until(row: StatementLine) -> str:
    """The same, with the day until which the document may still come."""
    return f"{why(row)} · {_('Waits until')} {row.pending_until}" if row.pending_until else why(row)


def outside(row: Statement) -> list[tuple[str, str, int]]:
    """Cars outside the policy: reason code, its words, how many."""
    return [
        (code, reasons.EXCLUSIONS[code].label.text(lang()), cars)
        for code, cars in sorted(row.out_of_scope.items())
    ]


def outside_text(row: Statement) -> str:
    """The same in one text."""
    return " · ".join(f"{code} {label} {cars}" for code, label, cars in outside(row)) or "0"


def advice(row: StatementLine) -> str:
    """The document that would bring the car in, in words."""
    found = reasons.EXCLUSIONS.get(row.code)
    return found.advice.text(lang()) if found else ""


def window_text(row: Any) -> str:
    """The window of a run or statement, short when it is a month."""
    first, last = row.window_first, row.window_last
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%Y-%m}"
    return f"{first:%Y-%m} – {last:%Y-%m}"


def version_text(row: Any) -> str:
    """The policy with the version that was applied."""
    return f"{row.policy} v{row.version.version}"


class RunTable(Table):
    """Settlement runs, newest first."""

    columns = (
        Column("known_at", _("As known at"), "datetime", sort="known_at"),
        Column(
            "policy",
            _("Policy"),
            value=version_text,
            link=lambda row: reverse("incentives:run-detail", kwargs={"pk": row.pk}),
        ),
        Column("window", _("Term"), "code", value=window_text, sort="window_first"),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display()),
        Column("number", _("No."), "units"),
        Column("state", _("Status"), "badge", value=run_badge),
        Column("statements_count", _("Rebate statements"), "units"),
        Column("excluded", _("Not paid for"), "units", phone=False),
        Column("pending", _("Waiting"), "units", phone=False),
        Column("amount", _("Recomputed"), "money", phone=False),
        Column("delta", _("This run adds"), "money", sort="delta"),
        Column("created_by", _("Calculated by"), export_only=True),
        Column("published_by", _("Released by"), export_only=True),
    )
    order_by = ("-known_at", "-id")


class StatementTable(Table):
    """Statements, newest first."""

    columns = (
        Column("dealer_code", _("Dealer code"), "code", value=lambda r: r.dealer.code, sort="dealer__code"),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer), phone=False),
        Column(
            "policy",
            _("Policy"),
            value=version_text,
            link=lambda row: reverse("incentives:statement-detail", kwargs={"pk": row.pk}),
        ),
        Column("window", _("Term"), "code", value=window_text, sort="window_first"),
        Column("number", _("Statement no."), "units", phone=False),
        Column("state", _("Status"), "badge", value=statement_badge),
        Column("amount", _("Recomputed"), "money", phone=False),
        Column("settled_before", _("Settled before"), "money", phone=False),
        Column("delta", _("This statement"), "money", sort="delta"),
        Column("period", _("Posted to"), "month", phone=False),
        Column("promised_on", _("To be paid by"), "date", sort="promised_on"),
        Column("paid_on", _("Paid out on"), "date", phone=False),
        Column("included", _("Cars paid for"), "units", export_only=True),
        Column("excluded", _("Cars not paid for"), "units", export_only=True),
        Column("pending", _("Cars waiting"), "units", export_only=True),
        Column("sha256", _("Hash of the content"), export_only=True),
    )
    order_by = ("-known_at", "-id")


_BRIEF = ("dealer_code", "dealer", "policy", "window", "state", "delta", "promised_on", "paid_on")


class BriefTable(Table):
    """Statements on a page about something else: whose, for what, where it stands, until when."""

    columns = tuple(column for column in StatementTable.columns if column.key in _BRIEF)


class CarTable(Table):
    """The cars of a statement."""

    columns = (
        Column(
            "vin",
            "VIN",
            "code",
            value=lambda row: row.vin or _("The dealer as a whole"),
            link=lambda row: reverse("incentives:car", kwargs={"pk": row.statement_id, "line": row.pk}),
        ),
        Column("status", _("Status"), "badge", value=line_badge),
        Column("why", _("Reason"), "long", value=why_and_until),
        Column("component", _("Clause"), "code", phone=False),
        Column("occurred_on", _("Sold on"), "date", sort="occurred_on"),
        Column("invoiced_on", _("Invoiced on"), "date", phone=False),
        Column("plated_on", _("Plated on"), "date", phone=False),
        Column("units", _("Units"), "cars", value=lambda row: row.units or None, phone=False),
        Column("base", _("Base"), "number", export_only=True),
        Column("amount", _("Amount"), "money", sort="amount"),
        Column("before", _("Settled before"), "money", export_only=True),
        Column("change", _("Difference"), "money", sort="change"),
        Column("cure", _("Document that would bring it in"), value=advice, export_only=True),
        Column("pending_until", _("Waits until"), "date", export_only=True),
    )
    order_by = ("status", "vin", "pk")


def _dispute_url(row: Any) -> str | None:
    """Where the dispute of a car outside is opened, while it may be."""
    if row.disputed_in is None:
        return None
    return f"{reverse('incentives:statement-dispute', args=[row.disputed_in])}?vin={row.vin}"


class OutsideTable(Table):
    """The cars of a statement that lie outside the policy, with the reason."""

    columns = (
        Column("vin", "VIN", "code", link=_dispute_url),
        Column("why", _("Reason"), "long", value=why),
        Column("occurred_on", _("Sold on"), "date", sort="occurred_on"),
        Column("model", _("Model"), value=lambda row: row.model.code if row.model else ""),
        Column("channel", _("Channel"), value=lambda row: row.get_channel_display()),
        Column("customer_type", _("Customer type"), value=lambda row: row.get_customer_type_display()),
    )
    order_by = ("vin", "pk")


def dispute_badge(row: Dispute) -> tuple[str, Any]:
    """Whether a dispute waits for somebody."""
    return ("green", _("Decided")) if row.closed_at else ("amber", _("In progress"))


class DisputeTable(Table):
    """Disputes, newest first."""

    columns = (
        Column("opened_at", _("Opened at"), "datetime", sort="opened_at"),
        Column(
            "statement",
            _("Rebate statement"),
            value=lambda row: str(row.statement),
            link=lambda row: reverse("incentives:dispute-detail", kwargs={"pk": row.pk}),
        ),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer), phone=False),
        Column("reason", _("Kind"), value=lambda row: row.get_reason_display()),
        Column("cars", _("Cars"), "units"),
        Column("expected_amount", _("Expected"), "money"),
        Column("actual_amount", _("Settled"), "money"),
        Column("state", _("Status"), "badge", value=dispute_badge),
        Column("opened_by", _("Opened by"), export_only=True),
    )
    order_by = ("-opened_at", "-id")
