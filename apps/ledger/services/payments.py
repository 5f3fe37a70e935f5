"""Money that dealers paid in, as the bank tells it: each of the bank's numbers counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.models import ImportBatch
from apps.ledger import listening, notices, policies
from apps.ledger.models import Account, BankReceipt, Entry
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, ReceiptState, transfer
from apps.ledger.services.posting import post, post_many, reverse

BY_HAND = "page"


@dataclass(frozen=True)
class Payment:
    """A payment of a dealer as the bank tells it; `reference` is the bank's number of it.

    Without a dealer nobody knows yet whose it is.
    """

    dealer_id: int | None
    amount: Decimal
    paid_on: date
    reference: str
    into: AccountKind = AccountKind.DEPOSIT
    note: str = ""
    payer: str = ""


@transaction.atomic
def record_payment(*, payment: Payment, actor: Actor, now: datetime) -> Entry:
    """Put a payment on the dealer's deposit, or pay back its credit line; the same reference counts once.

    A payment of a bank file that waits to be assigned is assigned by it. Errors: `not_found` for a dealer out
    of reach, `future`, `amount`, `key_reused` for a reference that came with another amount or dealer.
    """
    payment = replace(payment, reference=payment.reference.strip())
    _allow(payment, actor, now)
    known = BankReceipt.objects.select_for_update().filter(reference=payment.reference).first()
    if known is None:
        return _post([payment], BY_HAND, None, actor, now)[0]
    told = (known.amount, known.paid_on, known.into)
    if known.state == ReceiptState.WAITING and told == (payment.amount, payment.paid_on, payment.into):
        assert payment.dealer_id is not None
        return assign_receipt(receipt=known, dealer_id=payment.dealer_id, actor=actor, now=now)
    if known.entry is None or (known.amount, known.into) != (payment.amount, payment.into):
        raise _reused()
    if known.dealer_id != payment.dealer_id:
        raise _reused()
    return known.entry


@transaction.atomic
def take_payments(
    *,
    payments: Sequence[Payment],
    source: str,
    actor: Actor,
    now: datetime,
    batch: ImportBatch | None = None,
) -> list[BankReceipt]:
    """Take in payments of a bank file, set-based: those of a dealer are posted, the others wait for one.

    References that are known already are left out. Answers the new ones. Errors as for `record_payment`.
    """
    known = set(_known(payments))
    fresh = [payment for payment in payments if payment.reference not in known]
    for payment in fresh:
        _allow(payment, actor, now)
    _post([payment for payment in fresh if payment.dealer_id is not None], source, batch, actor, now)
    waiting = [payment for payment in fresh if payment.dealer_id is None]
    _keep([(payment, None) for payment in waiting], source, batch, actor, now)
    notices.ask_to_assign(now)
    return list(BankReceipt.objects.filter(reference__in=[payment.reference for payment in fresh]))


@transaction.atomic
def assign_receipt(*, receipt: BankReceipt, dealer_id: int, actor: Actor, now: datetime) -> Entry:
    """Say whose a waiting payment is: it comes onto that dealer's account.

    The same dealer again changes nothing. Errors: `not_found`, `assigned` when it no longer waits.
    """
    row = _locked(receipt)
    if row.entry is not None and row.dealer_id == dealer_id:
        return row.entry
    if row.state != ReceiptState.WAITING:
        raise DomainError("assigned", _("This payment is no longer waiting to be assigned."))
    payment = Payment(dealer_id, row.amount, row.paid_on, row.reference, AccountKind(row.into), row.note)
    _allow(payment, actor, now)
    entry = post(draft=_draft(payment, row.postings), actor=actor, now=now)
    before = {"state": row.state}
    row.state, row.dealer_id, row.entry = ReceiptState.POSTED, dealer_id, entry
    row.postings += 1
    _save(row, "ledger.assign", before, actor, now)
    listening.paid(dealer_id=dealer_id, actor=actor, now=now)
    return entry


@transaction.atomic
def set_aside(*, receipt: BankReceipt, reason: str, actor: Actor, now: datetime) -> BankReceipt:
    """A waiting payment is no dealer's (interest, a refund …) and leaves the list. Errors: `assigned`."""
    row = _locked(receipt)
    if row.state != ReceiptState.WAITING:
        raise DomainError("assigned", _("This payment is no longer waiting to be assigned."))
    row.state, row.reason = ReceiptState.SET_ASIDE, reason[:300]
    _save(row, "ledger.set_aside", {"state": ReceiptState.WAITING}, actor, now)
    return row


@transaction.atomic
def reopen_receipt(*, receipt: BankReceipt, reason: str, actor: Actor, now: datetime) -> BankReceipt:
    """A payment was another dealer's: its entry is reversed, and it waits to be assigned again.

    Errors: `insufficient_funds` when the dealer has spent it, `waiting` when it waits already.
    """
    row = _locked(receipt)
    if row.state == ReceiptState.WAITING:
        raise DomainError("waiting", _("This payment waits to be assigned already."))
    before = {"state": row.state, "dealer": str(row.dealer or "")}
    if row.entry is not None and not Entry.objects.filter(reverses=row.entry).exists():
        reverse(
            entry=row.entry,
            key=f"reversal:{row.entry.pk}",
            occurred_on=timezone.localdate(now),
            actor=actor,
            now=now,
            note=reason,
        )
    row.state, row.dealer, row.entry, row.reason = ReceiptState.WAITING, None, None, reason[:300]
    _save(row, "ledger.reopen", before, actor, now)
    return row


def _allow(payment: Payment, actor: Actor, now: datetime) -> None:
    if not policies.account.can(actor, policies.POST, Account(dealer_id=payment.dealer_id)):
        raise DomainError("not_found", _("This dealer does not exist."))
    if payment.paid_on > timezone.localdate(now):
        raise DomainError(
            "future", _("The date lies in the future."), fields={"paid_on": _("In the future.")}
        )
    if payment.amount <= 0:
        raise DomainError("amount", _("The amount is above 0."), fields={"amount": _("Above 0.")})


def _reused() -> DomainError:
    return DomainError("key_reused", _("This number of the bank came with another amount or dealer."))


def _known(payments: Sequence[Payment]) -> list[str]:
    asked = [payment.reference for payment in payments]
    return list(BankReceipt.objects.filter(reference__in=asked).values_list("reference", flat=True))


def _draft(payment: Payment, postings: int = 0) -> Draft:
    return Draft(
        key=f"bank:{payment.reference}" + (f":{postings}" if postings else ""),
        book=Book(payment.dealer_id),
        kind=EntryKind.TOP_UP,
        lines=transfer(AccountKind.BANK, payment.into, payment.amount),
        occurred_on=payment.paid_on,
        note=" · ".join(part for part in (payment.reference, payment.note) if part),
    )


def _post(
    payments: Sequence[Payment], source: str, batch: ImportBatch | None, actor: Actor, now: datetime
) -> list[Entry]:
    entries = post_many(drafts=[_draft(payment) for payment in payments], actor=actor, now=now)
    _keep(list(zip(payments, entries, strict=True)), source, batch, actor, now)
    for dealer_id in sorted({payment.dealer_id for payment in payments if payment.dealer_id is not None}):
        listening.paid(dealer_id=dealer_id, actor=actor, now=now)
    return entries


def _keep(
    told: Sequence[tuple[Payment, Entry | None]],
    source: str,
    batch: ImportBatch | None,
    actor: Actor,
    now: datetime,
) -> None:
    rows = BankReceipt.objects.bulk_create(
        BankReceipt(
            reference=payment.reference,
            paid_on=payment.paid_on,
            amount=payment.amount,
            payer=payment.payer[:200],
            into=payment.into,
            note=payment.note[:300],
            source=source,
            batch=batch,
            state=ReceiptState.POSTED if entry else ReceiptState.WAITING,
            dealer_id=payment.dealer_id,
            entry=entry,
            postings=1 if entry else 0,
            recorded_at=now,
            recorded_by=actor.label[:150],
        )
        for payment, entry in told
    )
    changes = [audit.Change(row, after={"amount": row.amount, "payer": row.payer}) for row in rows]
    audit.record_many(actor=actor, action="ledger.receive", changes=changes, now=now)


def _locked(receipt: BankReceipt) -> BankReceipt:
    return BankReceipt.objects.select_for_update(of=("self",)).select_related("entry").get(pk=receipt.pk)


def _save(row: BankReceipt, action: str, before: dict[str, str], actor: Actor, now: datetime) -> None:
    row.save(update_fields=["state", "dealer", "entry", "reason", "postings"])
    after = {"state": row.state, "dealer": str(row.dealer or ""), "reason": row.reason}
    audit.record(actor=actor, action=action, obj=row, now=now, before=before, after=after)
    notices.ask_to_assign(now)
