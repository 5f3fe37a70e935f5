from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.ledger.models import CreditNote, Entry, WalletTransfer
from apps.ledger.rules import NoteState, TransferState
from apps.ledger.tables.books import fact

_TRANSFER_COLOURS = {
    TransferState.WAITING: "amber",
    TransferState.DONE: "green",
    TransferState.REFUSED: "red",
    TransferState.WITHDRAWN: "grey",
}
_NOTE_COLOURS = {NoteState.ISSUED: "amber", NoteState.CONFIRMED: "green", NoteState.CANCELLED: "grey"}


def transfer_badge(row: WalletTransfer) -> tuple[str, Any]:
    """The state with its colour."""
    return _TRANSFER_COLOURS[TransferState(row.state)], row.get_state_display()


def transfer_url(row: WalletTransfer) -> str:
    """The page of a transfer."""
    return reverse("ledger:transfer-detail", kwargs={"pk": row.pk})


def taker_text(row: WalletTransfer) -> str:
    """Where the amount goes."""
    return row.to_label or _now("Bank")


def note_badge(row: CreditNote) -> tuple[str, Any]:
    """The state with its colour."""
    return _NOTE_COLOURS[NoteState(row.state)], row.get_state_display()


def note_url(row: CreditNote) -> str:
    """The page of a note."""
    return reverse("ledger:note-detail", kwargs={"pk": row.pk})


def _issue_url(row: Entry) -> str:
    return reverse("ledger:entry-detail", kwargs={"pk": row.pk})


class TransferTable(Table):
    """Amounts asked out of wallets."""

    columns = (
        Column("asked_at", _("Asked at"), "datetime", sort="asked_at", link=transfer_url),
        Column("from_label", _("From wallet of"), sort="from_label", link=transfer_url),
        Column("to", _("To wallet of"), value=taker_text),
        Column("amount", _("Amount"), "money", sort="amount"),
        Column("state", _("State"), "badge", value=transfer_badge, sort="state"),
        Column("reason", _("Reason"), "long", phone=False),
        Column("answered_at", _("Decided at"), "datetime", phone=False),
    )
    order_by = ("-asked_at", "-pk")


class NoteTable(Table):
    """Red-letter invoices with what tax wants to know of them."""

    columns = (
        Column("invoice_number", _("Red-letter invoice no."), "code", sort="invoice_number", link=note_url),
        Column("issued_on", _("Invoice date"), "date", sort="issued_on"),
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer), phone=False, export_only=True),
        Column("amount", _("Amount with tax"), "money", sort="amount"),
        Column("net_amount", _("Amount without tax"), "money", phone=False),
        Column("tax_rate", _("Tax rate"), "percent", phone=False),
        Column("tax_amount", _("Tax"), "money"),
        Column("state", _("State"), "badge", value=note_badge, sort="state"),
        Column("notice_number", _("Red-letter notice no."), "code", phone=False),
        Column("order_number", _("Offset order no."), "code", phone=False),
    )
    order_by = ("-issued_on", "-pk")


class OwnTransferTable(Table):
    """The transfers out of one wallet."""

    columns = (
        Column("asked_at", _("Asked at"), "datetime", link=transfer_url),
        Column("to", _("To wallet of"), value=taker_text),
        Column("amount", _("Amount"), "money"),
        Column("state", _("State"), "badge", value=transfer_badge),
    )


class OwnNoteTable(Table):
    """The credit notes of one dealer."""

    columns = (
        Column("invoice_number", _("Red-letter invoice no."), "code", link=note_url),
        Column("issued_on", _("Invoice date"), "date"),
        Column("amount", _("Amount with tax"), "money"),
        Column("tax_amount", _("Tax"), "money"),
        Column("state", _("State"), "badge", value=note_badge),
    )


class PayoutTable(Table):
    """Rebates that were paid and lack a credit note."""

    columns = (
        Column("occurred_on", _("Paid on"), "date", sort="occurred_on", link=_issue_url),
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer), link=_issue_url),
        Column("amount", _("Amount"), "money", sort="amount"),
        Column("noted", _("With a note"), "money", phone=False),
        Column("missing", _("Without a note"), "money", sort="missing"),
        Column("note", _("Note"), "long", phone=False),
    )
    order_by = ("occurred_on", "pk")


def _entry_fact(label: Any, entry: Entry | None) -> dict[str, Any]:
    url = reverse("ledger:entry-detail", kwargs={"pk": entry.pk}) if entry else ""
    return fact(label, str(entry) if entry else None, url=url)


def facts_of_transfer(row: WalletTransfer, *, incoming: bool) -> list[dict[str, Any]]:
    """A transfer as facts; the entry in the other book only for who reads it."""
    facts = [
        fact(_("State"), transfer_badge(row), "badge"),
        fact(_("Amount"), row.amount, "money"),
        fact(_("From wallet of"), row.from_label),
        fact(_("To wallet of"), taker_text(row)),
        fact(_("Reason"), row.reason),
        fact(_("Asked at"), row.asked_at, "datetime"),
        fact(_("Asked by"), row.asked_by),
        fact(_("Decided at"), row.answered_at, "datetime"),
        fact(_("Decided by"), row.answered_by or None),
        fact(_("Answer"), row.answer_note or None),
        _entry_fact(_("Posted by"), row.in_entry if incoming else row.out_entry),
    ]
    return [{"title": "", "facts": facts}]


def facts_of_note(row: CreditNote) -> list[dict[str, Any]]:
    """A credit note as facts."""
    paper = [
        fact(_("State"), note_badge(row), "badge"),
        fact(_("Dealer"), f"{row.dealer.code} {row.dealer}"),
        fact(_("Red-letter invoice no."), row.invoice_number, "code"),
        fact(_("Red-letter notice no."), row.notice_number, "code"),
        fact(_("Invoice date"), row.issued_on, "date"),
        fact(_("Amount with tax"), row.amount, "money"),
        fact(_("Amount without tax"), row.net_amount, "money"),
        fact(_("Tax rate"), row.tax_rate, "percent"),
        fact(_("Tax"), row.tax_amount, "money"),
    ]
    about = [
        _entry_fact(_("Payout"), row.entry),
        fact(_("Offset order no."), row.order_number or None, "code"),
        fact(_("Note"), row.note or None),
        fact(_("Recorded at"), row.recorded_at, "datetime"),
        fact(_("Recorded by"), row.recorded_by),
        fact(_("Decided at"), row.answered_at, "datetime"),
        fact(_("Decided by"), row.answered_by or None),
        fact(_("Reason"), row.answer_note or None),
    ]
    return [{"title": "", "facts": paper}, {"title": _("What it is about"), "facts": about}]
