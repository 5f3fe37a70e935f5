"""Red-letter invoices over rebates that were paid: issued by finance, confirmed by the dealer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.ledger import policies, queries
from apps.ledger.models import CreditNote, Entry
from apps.ledger.rules import VAT_RATE, Book, NoteState, Taxed, taxed
from apps.ledger.services.holding import lock_book
from apps.work import registry
from apps.work import services as work

CHECK = registry.todo(
    "ledger.credit_note",
    _("Credit notes to confirm"),
    _("Check red-letter invoice %(number)s over ¥%(amount)s and confirm it"),
    icon="receipt-refund",
)


@dataclass(frozen=True)
class Invoice:
    """A red-letter invoice as it was issued; `amount` includes the tax, `tax` only when the paper says it."""

    invoice_number: str
    notice_number: str
    issued_on: date
    amount: Decimal
    tax_rate: Decimal = VAT_RATE
    tax: Decimal | None = None
    order_number: str = ""
    note: str = ""


@transaction.atomic
def issue_note(*, entry: Entry, invoice: Invoice, actor: Actor, now: datetime) -> CreditNote:
    """Record the red-letter invoice over a payout, whole or in part, and ask the dealer to confirm it.

    Errors: `not_found`, `no_payout`, `beyond_payout` with what is left, `amount`, `tax`, `future`, `taken`
    for a number of another note; the same invoice again answers the same note.
    """
    if entry.dealer_id is None or not policies.entry.can(actor, policies.POST, entry):
        raise DomainError("not_found", _("This dealer does not exist."))
    lock_book(Book(entry.dealer_id))
    parts = _parts(invoice, now)
    known = CreditNote.objects.filter(invoice_number=invoice.invoice_number.strip()).first()
    if known is not None:
        if (known.entry_id, known.amount, known.state) == (entry.pk, parts.amount, NoteState.ISSUED):
            return known
        _field("taken", "invoice_number", _("Another note carries this number."))
    left = queries.without_note(entry)
    if left is None:
        raise DomainError("no_payout", _("Only a rebate that was paid into a wallet or set off has a note."))
    if parts.amount > left:
        words = _("Only ¥%(left)s of this payout is without a note.") % {"left": f"{left:,.2f}"}
        _field("beyond_payout", "amount", words)
    made = CreditNote.objects.create(
        dealer_id=entry.dealer_id,
        entry=entry,
        invoice_number=invoice.invoice_number.strip(),
        notice_number=invoice.notice_number.strip(),
        issued_on=invoice.issued_on,
        amount=parts.amount,
        net_amount=parts.net,
        tax_rate=invoice.tax_rate,
        tax_amount=parts.tax,
        order_number=invoice.order_number,
        note=invoice.note[:300],
        recorded_at=now,
        recorded_by=actor.label[:150],
    )
    after = {"amount": made.amount, "tax_amount": made.tax_amount, "invoice_number": made.invoice_number}
    audit.record(actor=actor, action="ledger.issue_note", obj=made, now=now, after=after)
    _ask(made, actor, now)
    return made


@transaction.atomic
def confirm_note(*, note: CreditNote, actor: Actor, now: datetime) -> CreditNote:
    """The dealer has the invoice and booked it; confirmed already, nothing changes. Errors: `cancelled`."""
    row = _locked(note)
    if row.state == NoteState.CONFIRMED:
        return row
    return _turned(row, NoteState.CONFIRMED, "", policies.CONFIRM_NOTE, actor, now)


@transaction.atomic
def cancel_note(*, note: CreditNote, reason: str, actor: Actor, now: datetime) -> CreditNote:
    """Take a wrong note back, confirmed or not; its payout waits for another one. Errors: `cancelled`."""
    return _turned(_locked(note), NoteState.CANCELLED, reason, "ledger.cancel_note", actor, now)


def _parts(invoice: Invoice, now: datetime) -> Taxed:
    if invoice.amount <= 0:
        _field("amount", "amount", _("Above 0."))
    if invoice.issued_on > timezone.localdate(now):
        _field("future", "issued_on", _("In the future."))
    parts = taxed(invoice.amount, invoice.tax_rate, invoice.tax)
    if parts is None:
        _field("tax", "tax", _("This tax does not fit the amount and the rate."))
    assert parts is not None
    return parts


def _field(code: str, name: str, words: object) -> None:
    raise DomainError(code, words, fields={name: words})


def _locked(note: CreditNote) -> CreditNote:
    return CreditNote.objects.select_for_update(of=("self",)).get(pk=note.pk)


def _turned(
    row: CreditNote, state: NoteState, reason: str, action: str, actor: Actor, now: datetime
) -> CreditNote:
    if row.state == NoteState.CANCELLED:
        raise DomainError("cancelled", _("This note was cancelled."))
    before = {"state": row.state}
    row.state, row.answer_note = state, reason[:300]
    row.answered_at, row.answered_by = now, actor.label[:150]
    row.save(update_fields=["state", "answer_note", "answered_at", "answered_by"])
    after = {"state": state} | ({"reason": reason} if reason else {})
    audit.record(actor=actor, action=action, obj=row, now=now, before=before, after=after)
    work.close_todo(key=f"ledger.note:{row.pk}", now=now)
    return row


def _ask(row: CreditNote, actor: Actor, now: datetime) -> None:
    wanted = work.Wanted(
        key=f"ledger.note:{row.pk}",
        params={"number": row.invoice_number, "amount": f"{row.amount:,.2f}"},
        url=reverse("ledger:note-detail", kwargs={"pk": row.pk}),
        role=Role.DEALER_FINANCE,
        dealer_id=row.dealer_id,
    )
    work.open_todo(code=CHECK, todo=wanted, now=now, opened_by=actor.label)
