from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.ledger.models import Account, BankReceipt, Entry, Lot, Posting
from apps.ledger.rules import ReceiptState


def owner_text(row: Any) -> str:
    """Whose the row is, in words."""
    return str(row.dealer or row.person or _now("Headquarters"))


def account_url(row: Account) -> str:
    """The page of an account."""
    return reverse("ledger:account-detail", kwargs={"pk": row.pk})


def account_badge(row: Account) -> tuple[str, Any]:
    """Frozen, overdrawn or in order."""
    if row.frozen:
        return "red", _now("Account frozen")
    return ("red", _now("Overdrawn")) if row.available < 0 else ("green", _now("In order"))


def _entry_url(row: Posting) -> str:
    return reverse("ledger:entry-detail", kwargs={"pk": row.entry_id})


_CODE = Column(
    "dealer_code",
    _("Dealer code"),
    "code",
    value=lambda row: row.dealer.code if row.dealer else None,
    sort="dealer__code",
)
_DAY = Column(
    "occurred_on",
    _("Date"),
    "date",
    value=lambda row: row.entry.occurred_on,
    sort="entry__occurred_on",
    link=_entry_url,
)
_KIND = Column("entry_kind", _("Kind"), value=lambda row: row.entry.get_kind_display(), sort="entry__kind")
_NOTE = Column("note", _("Note"), "long", value=lambda row: row.entry.note, phone=False)


class AccountTable(Table):
    """Accounts with what is on them and what may be spent."""

    columns = (
        _CODE,
        Column("owner", _("Owner"), value=owner_text, link=account_url),
        Column("kind", _("Account"), value=lambda row: row.get_kind_display(), sort="kind", link=account_url),
        Column("balance", _("Balance"), "number", sort="balance"),
        Column("limit_amount", _("Credit limit"), "number", value=lambda row: row.limit_amount or None),
        Column("held", _("Held"), "number", value=lambda row: row.held or None, sort="held"),
        Column("available", _("Available"), "number"),
        Column("state", _("State"), "badge", value=account_badge),
    )
    order_by = ("dealer__code", "person__username", "kind", "pk")


class PostingTable(Table):
    """Movements on accounts."""

    columns = (
        _DAY,
        _CODE,
        Column("owner", _("Owner"), value=owner_text),
        Column(
            "account", _("Account"), value=lambda row: row.account.get_kind_display(), sort="account__kind"
        ),
        _KIND,
        Column("amount", _("Amount"), "number", sort="amount"),
        Column(
            "recorded_at", _("Recorded at"), "datetime", value=lambda row: row.entry.recorded_at, phone=False
        ),
        _NOTE,
    )
    order_by = ("-entry__occurred_on", "-pk")


class MovementTable(Table):
    """Movements on one account with the balance after each."""

    columns = (
        _DAY,
        _KIND,
        Column("amount", _("Amount"), "number"),
        Column("after", _("Balance after"), "number"),
        _NOTE,
    )
    order_by = ("-pk",)


class SideTable(Table):
    """The sides of an entry."""

    columns = (
        Column("account", _("Account"), value=lambda row: row.account.get_kind_display()),
        Column("amount", _("Amount"), "number"),
        Column("expires_on", _("Usable until"), "date"),
    )


class HoldTable(Table):
    """Amounts that are set aside."""

    columns = (
        Column("note", _("For"), value=lambda row: row.note or row.key),
        Column("amount", _("Amount"), "number"),
        Column("recorded_at", _("Since"), "date"),
    )


def usable_until(row: Lot) -> Any:
    """The last day money of a wallet can be spent on, or that there is none."""
    return row.expires_on or _now("No expiry")


class LotTable(Table):
    """What is left of a wallet and until when."""

    columns = (
        Column("expires_on", _("Usable until"), "date", value=usable_until),
        Column("remaining", _("Left"), "number"),
        Column("amount", _("Of"), "number"),
    )


class ChangeTable(Table):
    """Limits that were set, accounts that were frozen or released."""

    columns = (
        Column("recorded_at", _("Since"), "datetime"),
        Column("limit_amount", _("Credit limit"), "number"),
        Column("frozen", _("Account frozen")),
        Column("reason", _("Reason"), "long"),
        Column("recorded_by", _("By")),
    )


_RECEIPT_COLOURS = {
    ReceiptState.WAITING: "amber",
    ReceiptState.POSTED: "green",
    ReceiptState.SET_ASIDE: "grey",
}


def receipt_badge(row: BankReceipt) -> tuple[str, Any]:
    """The state with its colour."""
    return _RECEIPT_COLOURS[ReceiptState(row.state)], row.get_state_display()


def receipt_url(row: BankReceipt) -> str:
    """The page of a payment."""
    return reverse("ledger:receipt-detail", kwargs={"pk": row.pk})


class ReceiptTable(Table):
    """Payments as the bank told them."""

    columns = (
        Column("reference", _("Number of the bank"), "code", sort="reference", link=receipt_url),
        Column("paid_on", _("Paid in on"), "date", sort="paid_on"),
        Column("amount", _("Amount"), "money", sort="amount"),
        Column("payer", _("Payer"), "long", sort="payer"),
        Column("state", _("State"), "badge", value=receipt_badge, sort="state"),
        Column(
            "dealer",
            _("Dealer"),
            value=lambda row: str(row.dealer) if row.dealer else None,
            sort="dealer__code",
        ),
        Column("note", _("Note"), "long", phone=False),
        Column("source", _("Source"), "code", phone=False, sort="source"),
    )
    order_by = ("-paid_on", "-pk")


def facts_of_receipt(row: BankReceipt) -> list[dict[str, Any]]:
    """A payment as facts."""
    entry = reverse("ledger:entry-detail", kwargs={"pk": row.entry_id}) if row.entry_id else ""
    facts = [
        fact(_("State"), receipt_badge(row), "badge"),
        fact(_("Amount"), row.amount, "money"),
        fact(_("Paid in on"), row.paid_on, "date"),
        fact(_("Payer"), row.payer or None),
        fact(_("Into account"), row.get_into_display()),
        fact(_("Note"), row.note or None),
        fact(_("Dealer"), str(row.dealer) if row.dealer else None),
        fact(_("Posted by"), str(row.entry) if row.entry else None, url=entry),
        fact(_("Reason"), row.reason or None),
        fact(_("Source"), row.source, "code"),
        fact(_("Recorded at"), row.recorded_at, "datetime"),
        fact(_("Recorded by"), row.recorded_by),
    ]
    return [{"title": "", "facts": facts}]


def fact(label: Any, value: Any, kind: str = "text", url: str = "") -> dict[str, Any]:
    """A labelled value of a page."""
    return {"label": label, "value": value, "kind": kind, "url": url}


def facts_of_entry(row: Entry) -> list[dict[str, Any]]:
    """An entry as facts."""
    facts = [
        fact(_("Owner"), owner_text(row)),
        fact(_("Kind"), row.get_kind_display()),
        fact(_("Amount"), row.amount, "number"),
        fact(_("Date"), row.occurred_on, "date"),
        fact(_("Posted to"), row.period, "month"),
        fact(_("Recorded at"), row.recorded_at, "datetime"),
        fact(_("Recorded by"), row.recorded_by),
        fact(_("Note"), row.note),
    ]
    if row.reverses_id:
        url = reverse("ledger:entry-detail", kwargs={"pk": row.reverses_id})
        facts.append(fact(_("Takes back"), str(row.reverses), url=url))
    return [{"title": "", "facts": facts}]
