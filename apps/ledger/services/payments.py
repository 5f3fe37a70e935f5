"""Money that a dealer paid in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.ledger import listening, policies
from apps.ledger.models import Account, Entry
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, transfer
from apps.ledger.services.posting import post


@dataclass(frozen=True)
class Payment:
    """A payment of a dealer as the bank tells it; `reference` is the bank's number of it."""

    dealer_id: int
    amount: Decimal
    paid_on: date
    reference: str
    into: AccountKind = AccountKind.DEPOSIT
    note: str = ""


@transaction.atomic
def record_payment(*, payment: Payment, actor: Actor, now: datetime) -> Entry:
    """Put a payment on the dealer's deposit, or pay back its credit line; the same reference counts once.

    Errors: `not_found` for a dealer out of reach, `future`, `amount`, `key_reused` for a reference that came
    with another amount or dealer.
    """
    if not policies.account.can(actor, policies.POST, Account(dealer_id=payment.dealer_id)):
        raise DomainError("not_found", _("This dealer does not exist."))
    if payment.paid_on > now.date():
        raise DomainError(
            "future", _("The date lies in the future."), fields={"paid_on": _("In the future.")}
        )
    if payment.amount <= 0:
        raise DomainError("amount", _("The amount is above 0."), fields={"amount": _("Above 0.")})
    draft = Draft(
        key=f"bank:{payment.reference.strip()}",
        book=Book(payment.dealer_id),
        kind=EntryKind.TOP_UP,
        lines=transfer(AccountKind.BANK, payment.into, payment.amount),
        occurred_on=payment.paid_on,
        note=payment.note or payment.reference,
    )
    entry = post(draft=draft, actor=actor, now=now)
    if entry.recorded_at == now:
        listening.paid(dealer_id=payment.dealer_id, actor=actor, now=now)
    return entry
