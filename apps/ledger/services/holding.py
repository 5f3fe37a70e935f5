"""An amount is set aside, then captured by an entry or released; each once."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.kernel.money import round_step
from apps.ledger.models import Account, Entry, Hold, HoldEnd
from apps.ledger.rules import LOTTED, AccountKind, Book, Draft, EntryKind, transfer
from apps.ledger.services import refusals
from apps.ledger.services.posting import expire, post


def lock_book(book: Book) -> None:
    """Wait until nobody else sets amounts of this book aside; to the end of the transaction."""
    jobs.lock(f"ledger:{book.dealer_id}:{book.person_id}")


@transaction.atomic
def hold(
    *,
    key: str,
    account: Account,
    amount: Decimal,
    actor: Actor,
    now: datetime,
    target_label: str = "",
    target_id: int | None = None,
    note: str = "",
) -> Hold:
    """Set an amount of an account aside, once for a key; of several who want the last amount, one gets it.

    Errors: `insufficient_funds` with `missing` in yuan, `account_frozen`, `key_reused`.
    """
    wanted = round_step("ledger.entry", amount)
    if wanted <= 0:
        raise ValueError(f"a hold of {wanted}")
    lock_book(Book(account.dealer_id, account.person_id))
    known = Hold.objects.filter(key=key).first()
    if known is not None:
        if (known.account_id, known.amount) != (account.pk, wanted):
            raise DomainError("key_reused", _("This key was already used for something else."))
        return known
    if account.kind in LOTTED:
        expire(on=now.date(), actor=actor, now=now, accounts=[account.pk])
    free = Account.objects.get(pk=account.pk).available
    if free < wanted:
        raise DomainError(
            "insufficient_funds",
            _("%(missing)s is missing on the account."),
            missing=f"{wanted - max(free, Decimal(0)):,.2f}",
        )
    with refusals.in_words():
        made = Hold.objects.create(
            dealer_id=account.dealer_id,
            person_id=account.person_id,
            key=key,
            account=account,
            amount=wanted,
            target_label=target_label,
            target_id=target_id,
            note=note[:300],
            recorded_at=now,
            recorded_by=actor.label[:150],
        )
    audit.record(actor=actor, action="ledger.hold", obj=made, now=now, after={"amount": wanted})
    return made


@transaction.atomic
def release(*, hold: Hold, actor: Actor, now: datetime) -> HoldEnd:
    """Give a held amount free; released already, the same answer.

    Errors: `hold_ended` when it was captured.
    """
    lock_book(Book(hold.dealer_id, hold.person_id))
    known = HoldEnd.objects.filter(hold=hold).first()
    if known is not None and known.captured:
        raise DomainError("hold_ended", _("This amount was already captured or released."))
    return known or _end(hold, Decimal(0), actor, now)


@transaction.atomic
def capture(
    *,
    hold: Hold,
    key: str,
    into: AccountKind,
    kind: EntryKind,
    occurred_on: date,
    actor: Actor,
    now: datetime,
    amount: Decimal | None = None,
) -> Entry:
    """Spend a held amount, or the part of it that is given; the rest is free again.

    The same key again answers the same entry. Errors: `hold_ended`, `beyond_hold` for more than was held,
    `insufficient_funds` after a clawback.
    """
    lock_book(Book(hold.dealer_id, hold.person_id))
    wanted = round_step("ledger.entry", hold.amount if amount is None else amount)
    known = HoldEnd.objects.filter(hold=hold).first()
    if known is not None:
        entry = Entry.objects.filter(captures=hold).first()
        if entry is None or entry.key != key or known.captured != wanted:
            raise DomainError("hold_ended", _("This amount was already captured or released."))
        return entry
    if wanted > hold.amount:
        raise DomainError("beyond_hold", _("No more can be captured than was held."))
    draft = Draft(
        key=key,
        book=Book(hold.dealer_id, hold.person_id),
        kind=kind,
        lines=transfer(AccountKind(hold.account.kind), into, wanted),
        occurred_on=occurred_on,
        target_label=hold.target_label,
        target_id=hold.target_id,
        note=hold.note,
        captures_id=hold.pk,
    )
    _end(hold, wanted, actor, now)
    return post(draft=draft, actor=actor, now=now)


def _end(hold: Hold, captured: Decimal, actor: Actor, now: datetime) -> HoldEnd:
    with refusals.in_words():
        made = HoldEnd.objects.create(
            dealer_id=hold.dealer_id,
            person_id=hold.person_id,
            hold=hold,
            captured=captured,
            recorded_at=now,
            recorded_by=actor.label[:150],
        )
    audit.record(actor=actor, action="ledger.end_hold", obj=hold, now=now, after={"captured": captured})
    return made
