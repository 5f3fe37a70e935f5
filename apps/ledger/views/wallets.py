"""Pages of what leaves a wallet by transfer, and of the credit notes over what came in."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.kit.pages import Button, ConfirmPage, DetailPage, ListPage, ObjectFormPage
from apps.ledger import filters, forms, policies, queries, services, tables
from apps.ledger.models import Account, CreditNote, WalletTransfer
from apps.ledger.rules import AccountKind, NoteState, TransferState

SHOWN = 10
SOON = timedelta(days=60)


def is_wallet(account: Account) -> bool:
    """Whether an account is a dealer's rebate wallet."""
    return account.kind == AccountKind.REBATE_WALLET and account.dealer_id is not None


def context_of(account: Account, actor: Actor) -> dict[str, Any]:
    """What the page of a wallet shows beside the account: transfers, credit notes, what expires soon."""
    transfers = queries.transfers(actor=actor).filter(dealer=account.dealer_id).order_by("-pk")
    notes = queries.credit_notes(actor=actor).filter(dealer=account.dealer_id).order_by("-pk")
    return {
        "is_wallet": True,
        "soon": _expiring(account, timezone.localdate() + SOON),
        "transfers": tables.OwnTransferTable(transfers[:SHOWN]),
        "notes": tables.OwnNoteTable(notes[:SHOWN]),
        "missing": queries.payouts_without_note(actor=actor)
        .filter(dealer=account.dealer_id)
        .order_by()
        .aggregate(total=Sum("missing"))["total"],
    }


def _expiring(account: Account, until: date) -> dict[str, Any] | None:
    rows = [lot for lot in queries.lots(account) if lot.expires_on and lot.expires_on <= until]
    if not rows:
        return None
    return {"amount": sum((lot.remaining for lot in rows), Decimal(0)), "on": rows[0].expires_on}


class TransferList(ListPage):
    """Amounts asked out of wallets: waiting, transferred, refused."""

    action = policies.VIEW
    title = _("Wallet transfers")
    query = queries.transfers
    filterset = filters.TransferFilter
    table = tables.TransferTable
    empty = _("No transfer yet. It is asked for on the page of a rebate wallet.")


class TransferDetail(DetailPage):
    action = policies.VIEW
    query = queries.transfers
    template_name = "kit/detail.html"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        if self.object.state != TransferState.WAITING:
            return ()
        return (Button(_("Withdraw"), "ledger:transfer-withdraw", policies.ASK_TRANSFER, "arrow-back-up"),)

    def context(self) -> dict[str, Any]:
        gives = policies.read_scope(self.actor).holds_dealer(self.object.dealer_id)
        return {"blocks": tables.facts_of_transfer(self.object, incoming=not gives)}


class AccountTransfer(ObjectFormPage):
    """Ask for a transfer out of a wallet."""

    action = policies.ASK_TRANSFER
    query = queries.wallets
    form_class = forms.TransferForm
    template_name = "ledger/transfer_form.html"
    submit_label = _("Ask for the transfer")
    success = _("The amount is held until headquarters decides.")

    def page_title(self) -> str:
        return f"{_('Transfer money')} · {self.object}"

    def form_options(self) -> dict[str, Any]:
        return {"sisters": queries.sisters(self.object.dealer)}

    def save(self, cleaned: dict[str, Any]) -> str:
        target = cleaned.pop("to")
        made = services.ask_transfer(
            account=self.object, to_dealer_id=target, actor=self.actor, now=timezone.now(), **cleaned
        )
        return tables.transfer_url(made)


class TransferWithdraw(ConfirmPage):
    action = policies.ASK_TRANSFER
    query = queries.transfers
    question = _("Withdraw this request? The amount is free again.")
    submit_label = _("Withdraw")
    success = _("The request is withdrawn.")

    def act(self) -> str:
        row: WalletTransfer = self.object
        services.withdraw_transfer(transfer=row, actor=self.actor, now=timezone.now())
        return tables.transfer_url(row)


class NoteList(ListPage):
    """Red-letter invoices, and how much was paid without one."""

    action = policies.VIEW
    title = _("Credit notes")
    template_name = "ledger/notes.html"
    query = queries.credit_notes
    filterset = filters.NoteFilter
    table = tables.NoteTable
    empty = _("No credit note yet. Finance issues them over rebates that were paid.")
    buttons = (Button(_("Without a note"), "ledger:note-missing", policies.VIEW, "receipt-off"),)

    def context(self) -> dict[str, Any]:
        return {"waiting": queries.missing_notes(actor=self.actor)}


class NoteMissing(ListPage):
    """Rebates that were paid into wallets or set off and have no credit note, the oldest first."""

    action = policies.VIEW
    title = _("Rebates without a credit note")
    query = queries.payouts_without_note
    filterset = filters.PayoutFilter
    table = tables.PayoutTable
    empty = _("Every rebate that was paid has its credit note.")
    buttons = (Button(_("Credit notes"), "ledger:note-list", policies.VIEW, "receipt-refund"),)


class NoteDetail(DetailPage):
    action = policies.VIEW
    query = queries.credit_notes
    template_name = "kit/detail.html"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        confirm = Button(_("Confirm"), "ledger:note-confirm", policies.CONFIRM_NOTE, "check", True)
        cancel = Button(_("Cancel the note"), "ledger:note-cancel", policies.POST, "ban")
        state = self.object.state
        return (
            *((confirm,) if state == NoteState.ISSUED else ()),
            *((cancel,) if state != NoteState.CANCELLED else ()),
        )

    def context(self) -> dict[str, Any]:
        return {"blocks": tables.facts_of_note(self.object)}


class NoteIssue(ObjectFormPage):
    """Record the red-letter invoice over a payout."""

    action = policies.POST
    query = queries.entries
    form_class = forms.NoteForm
    submit_label = _("Issue a credit note")
    success = _("The dealer is asked to confirm the credit note.")

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object}"

    def initial(self) -> dict[str, Any]:
        left = queries.without_note(self.object)
        return {"amount": left or None, "issued_on": timezone.localdate(), "tax_percent": forms.PERCENT}

    def save(self, cleaned: dict[str, Any]) -> str:
        rate = cleaned.pop("tax_percent") / 100
        invoice = services.Invoice(tax_rate=rate, **cleaned)
        made = services.issue_note(entry=self.object, invoice=invoice, actor=self.actor, now=timezone.now())
        return tables.note_url(made)


class NoteConfirm(ConfirmPage):
    action = policies.CONFIRM_NOTE
    query = queries.credit_notes
    question = _("Do you have this invoice, and are its amounts right?")
    submit_label = _("Confirm")
    success = _("The credit note is confirmed.")

    def act(self) -> str:
        row: CreditNote = self.object
        services.confirm_note(note=row, actor=self.actor, now=timezone.now())
        return tables.note_url(row)


class NoteCancel(ObjectFormPage):
    action = policies.POST
    query = queries.credit_notes
    form_class = forms.ReasonForm
    submit_label = _("Cancel the note")
    success = _("The credit note is cancelled.")

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.cancel_note(note=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return tables.note_url(self.object)
