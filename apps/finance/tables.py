from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.finance.models import Statement, StoreAccount
from apps.finance.rules.kinds import StatementState
from apps.finance.rules.lines import BY_CODE


def state_badge(row: Statement) -> tuple[str, Any]:
    """The state with its colour."""
    if row.superseded_at is not None:
        return "grey", _now("Replaced")
    return ("green" if row.state == StatementState.FINAL else "amber"), row.get_state_display()


def share_of(row: Statement, part: str, whole: str) -> Decimal | None:
    """One line as a share of another; None when either is missing or the other is 0."""
    lines = row.lines
    if part not in lines or not lines.get(whole):
        return None
    return lines[part] / lines[whole]


def _line(key: str, code: str, label: Any, *, phone: bool = False) -> Column:
    return Column(key, label, "money", value=lambda row: row.lines.get(code), phone=phone, sort=key)


class StatementTable(Table):
    """Statements with what they come to."""

    columns = (
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column(
            "dealer",
            _("Dealer"),
            value=lambda row: str(row.dealer),
            link=lambda row: reverse("finance:statement-detail", kwargs={"pk": row.pk}),
        ),
        Column("period", _("Period"), "code", value=lambda row: row.period_text, sort="period"),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), phone=False),
        _line("revenue", "REV", _("Revenue")),
        _line("gross_profit", "GP", _("Gross profit")),
        _line("expense", "EXP", _("Expense")),
        _line("profit", "PBT", _("Profit before tax"), phone=True),
        Column("ros", _("Return on sales"), "percent", value=lambda row: share_of(row, "PBT", "REV")),
        Column(
            "absorption",
            _("Absorption"),
            "percent",
            value=lambda row: share_of(row, "G30", "EXP"),
            sort="absorption",
        ),
        Column("state", _("State"), "badge", value=state_badge, sort="state"),
        Column("revision", _("Revision"), "units", phone=False),
    )
    order_by = ("-period", "dealer__code", "kind", "pk")


def line_text(row: StoreAccount) -> str:
    """The line an account goes to, with its name."""
    return f"{row.line} {_now(BY_CODE[row.line].label)}"


class AccountTable(Table):
    """Accounts that stores mapped themselves."""

    columns = (
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("account", _("Account"), "code", sort="account"),
        Column("name", _("Account name")),
        Column("line", _("Line of the statement"), value=line_text, sort="line"),
        Column("updated_at", _("Updated at"), "datetime", phone=False),
    )
    order_by = ("dealer__code", "account", "pk")


SHEET = (
    Column("code", _("Line"), "code"),
    Column("label", _("Name")),
    Column("value", _("This period"), "money"),
    Column("before", _("Month before"), "money"),
    Column("moved", _("Moved by"), "percent"),
    Column("year_ago", _("Same month last year"), "money"),
    Column("plan", _("Plan"), "money"),
    Column("year_to_date", _("Year to date"), "money"),
    Column("peers", _("Median of peers"), "money"),
    Column("note", _("Explanation")),
)
"""A statement as a workbook: one row a line."""
