"""Entries are posted, never changed; what was wrong is reversed by another entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.ledger.models import Account, Entry, Lot, Posting
from apps.ledger.rules import LOTTED, AccountKind, Book, Draft, EntryKind, Line, checked, currency_of
from apps.ledger.services import refusals
from apps.periods import queries as periods

PERIOD_KIND = "ledger.entry"
COST = {
    AccountKind.REBATE_WALLET: AccountKind.REBATE_COST,
    AccountKind.POINTS: AccountKind.POINTS_COST,
}
"""Where the amounts of a wallet go that expire."""


def open_account(*, book: Book, kind: AccountKind, now: datetime) -> Account:
    """The account of this kind in a book, opened when it is not there yet."""
    return _accounts({(book, kind)}, now)[book, kind]


def post(*, draft: Draft, actor: Actor, now: datetime) -> Entry:
    """Post one entry, once: the same key with the same content again answers the entry that is there.

    Errors: `key_reused` when the key stands for other content, `insufficient_funds` when what is spent from
    would fall below its limit (a clawback may), `account_frozen`. ValueError when the lines do not balance.
    """
    return post_many(drafts=[draft], actor=actor, now=now)[0]


@transaction.atomic
def post_many(*, drafts: Sequence[Draft], actor: Actor, now: datetime) -> list[Entry]:
    """Post entries in a few statements, all or none; answers them in the order given.

    Errors as for `post`.
    """
    ready = [checked(draft) for draft in drafts]
    if len({draft.key for draft in ready}) < len(ready):
        raise ValueError("a key stands in two entries")
    known = _known(ready)
    new = [draft for draft in ready if draft.key not in known]
    if new:
        _expire_before_spending(new, actor, now)
        try:
            with refusals.in_words():
                known |= _insert(new, actor, now)
        except IntegrityError as error:
            if refusals.constraint(error) != "ledger_entry_key_key":
                raise
            known = _known(ready)  # somebody else posted the same at this moment
            if len(known) < len(ready):
                raise
    return [known[draft.key] for draft in ready]


def reverse(
    *,
    entry: Entry,
    key: str,
    occurred_on: date,
    actor: Actor,
    now: datetime,
    clawback: bool = False,
    note: str = "",
) -> Entry:
    """Take an entry back by its opposite, once. Only a clawback may bring a wallet below zero.

    Errors: `reversed` when another key took it back already, `insufficient_funds`, `key_reused`.
    """
    lines = [
        Line(AccountKind(posting.account.kind), -posting.amount, posting.expires_on)
        for posting in entry.postings.select_related("account").order_by("line")
    ]
    draft = Draft(
        key=key,
        book=Book(entry.dealer_id, entry.person_id),
        kind=EntryKind.CLAWBACK if clawback else EntryKind.REVERSAL,
        lines=lines,
        occurred_on=occurred_on,
        target_label=entry.target_label,
        target_id=entry.target_id,
        note=note,
        reverses_id=entry.pk,
    )
    return post(draft=draft, actor=actor, now=now)


@transaction.atomic
def expire(*, on: date, actor: Actor, now: datetime, accounts: Iterable[int] | None = None) -> int:
    """Take out what could be used until before a day and was not; what is held is spared.

    Returns of how many lots.
    """
    due = Lot.objects.filter(remaining__gt=0, expires_on__lt=on, account__kind__in=LOTTED)
    if accounts is not None:
        due = due.filter(account__in=list(accounts))
    free: dict[int, Decimal] = {}
    drafts = []
    for lot in due.select_related("account").order_by("account_id", "expires_on", "id"):
        account = lot.account
        left = free.setdefault(account.pk, max(account.available, Decimal(0)))
        amount = min(lot.remaining, left)
        free[account.pk] = left - amount
        if amount:
            drafts.append(_expiry(lot, amount, on))
    post_many(drafts=drafts, actor=actor, now=now)
    return len(drafts)


def _expiry(lot: Lot, amount: Decimal, on: date) -> Draft:
    kind = AccountKind(lot.account.kind)
    return Draft(
        key=f"expiry:{lot.pk}:{on}",
        book=Book(lot.dealer_id, lot.person_id),
        kind=EntryKind.EXPIRY,
        lines=[Line(kind, -amount), Line(COST[kind], amount)],
        occurred_on=on,
        target_label="ledger.lot",
        target_id=lot.pk,
    )


def _expire_before_spending(drafts: Sequence[Draft], actor: Actor, now: datetime) -> None:
    """What expired is no longer there to be spent, even before the nightly run."""
    spending = {
        (draft.book.dealer_id, draft.book.person_id, line.kind)
        for draft in drafts
        if draft.kind != EntryKind.EXPIRY
        for line in draft.lines
        if line.amount < 0 and line.kind in LOTTED
    }
    if not spending:
        return
    day = now.date()
    due = Lot.objects.filter(remaining__gt=0, expires_on__lt=day).values_list(
        "account_id", "account__dealer_id", "account__person_id", "account__kind"
    )
    found = {pk for pk, dealer, person, kind in due if (dealer, person, AccountKind(kind)) in spending}
    if found:
        expire(on=day, actor=actor, now=now, accounts=found)


def _known(drafts: Sequence[Draft]) -> dict[str, Entry]:
    found = {entry.key: entry for entry in Entry.objects.filter(key__in=[draft.key for draft in drafts])}
    for draft in drafts:
        if draft.key in found and found[draft.key].digest != draft.digest:
            raise DomainError("key_reused", _("This key was already used for something else."))
    return found


def _insert(drafts: Sequence[Draft], actor: Actor, now: datetime) -> dict[str, Entry]:
    accounts = _accounts({(draft.book, line.kind) for draft in drafts for line in draft.lines}, now)
    months = periods.posting_months({draft.occurred_on for draft in drafts}, PERIOD_KIND)
    calendar = periods.business_calendar()
    with connection.cursor() as cursor:  # whoever asked for checks at once: an entry comes before its sides
        cursor.execute("SET CONSTRAINTS ledger_balanced DEFERRED")
    entries = Entry.objects.bulk_create(
        Entry(
            dealer_id=draft.book.dealer_id,
            person_id=draft.book.person_id,
            key=draft.key,
            digest=draft.digest,
            kind=draft.kind,
            currency=draft.currency,
            amount=draft.amount,
            lines=len(draft.lines),
            occurred_on=draft.occurred_on,
            period=months[calendar.month_of(draft.occurred_on)].first,
            recorded_at=now,
            recorded_by=actor.label[:150],
            target_label=draft.target_label,
            target_id=draft.target_id,
            note=draft.note[:300],
            reverses_id=draft.reverses_id,
            captures_id=draft.captures_id,
        )
        for draft in drafts
    )
    Posting.objects.bulk_create(
        Posting(
            dealer_id=entry.dealer_id,
            person_id=entry.person_id,
            entry=entry,
            line=number,
            account=accounts[draft.book, line.kind],
            amount=line.amount,
            expires_on=line.expires_on,
        )
        for entry, draft in zip(entries, drafts, strict=True)
        for number, line in enumerate(draft.lines, start=1)
    )
    changes = [audit.Change(entry, after={"kind": entry.kind, "amount": entry.amount}) for entry in entries]
    audit.record_many(actor=actor, action="ledger.enter", changes=changes, now=now)
    return {entry.key: entry for entry in entries}


def _accounts(
    wanted: set[tuple[Book, AccountKind]], now: datetime
) -> dict[tuple[Book, AccountKind], Account]:
    found = _read(wanted)
    missing = sorted(wanted - found.keys(), key=str)
    if missing:
        Account.objects.bulk_create(
            (
                Account(
                    dealer_id=book.dealer_id,
                    person_id=book.person_id,
                    kind=kind,
                    currency=currency_of(kind),
                    opened_at=now,
                )
                for book, kind in missing
            ),
            ignore_conflicts=True,
        )
        found |= _read(set(missing))
    return found


def _read(wanted: set[tuple[Book, AccountKind]]) -> dict[tuple[Book, AccountKind], Account]:
    rows = Account.objects.filter(kind__in={kind for _book, kind in wanted})
    dealers = {book.dealer_id for book, _kind in wanted if book.dealer_id}
    persons = {book.person_id for book, _kind in wanted if book.person_id}
    found: dict[tuple[Book, AccountKind], Account] = {}
    parts = (
        [rows.filter(dealer__in=dealers)] * bool(dealers)
        + [rows.filter(person__in=persons)] * bool(persons)
        + [rows.filter(dealer=None, person=None)] * ((Book()) in {book for book, _kind in wanted})
    )
    for part in parts:
        for row in part.select_related("dealer", "person"):
            found[Book(row.dealer_id, row.person_id), AccountKind(row.kind)] = row
    return {key: row for key, row in found.items() if key in wanted}
