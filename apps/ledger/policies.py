from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, Scope, declare, joined
from apps.core.roles import EVERYONE, FIELD, OPERATORS, Role
from apps.core.wall import DEALERS, PERSON, Wall, Writes
from apps.ledger.models import (
    Account,
    AccountChange,
    BankReceipt,
    CreditNote,
    Entry,
    Hold,
    HoldEnd,
    Lot,
    LotUse,
    Posting,
    WalletTransfer,
)

READERS = (
    OPERATORS
    | FIELD
    | {Role.HQ_POLICY, Role.HQ_FINANCE, Role.HQ_LEGAL, Role.HQ_AUDIT, Role.EXECUTIVE}
    | {Role.DEALER_GENERAL, Role.DEALER_SALES, Role.DEALER_FINANCE, Role.INVESTOR, Role.INTEGRATION}
)
"""Roles that read the books of their dealers; everybody else reads the own book only."""

VIEW = declare("ledger.view", _("View accounts and their movements"), EVERYONE)
POST = declare(
    "ledger.post",
    _("Record payments and correct entries of accounts"),
    {Role.HQ_ADMIN, Role.HQ_FINANCE},
    guarded=True,
)
SET_TERMS = declare(
    "ledger.set_terms",
    _("Set credit limits and freeze accounts"),
    {Role.HQ_ADMIN, Role.HQ_FINANCE},
    guarded=True,
)
ASK_TRANSFER = declare(
    "ledger.ask_transfer",
    _("Ask for a transfer out of a rebate wallet"),
    {Role.HQ_ADMIN, Role.HQ_FINANCE, Role.DEALER_GENERAL, Role.DEALER_FINANCE, Role.INVESTOR},
)
RELEASE_TRANSFERS = declare(
    "ledger.release_transfers",
    _("Release wallet transfers as the second person"),
    {Role.HQ_ADMIN, Role.HQ_FINANCE},
    guarded=True,
)
CONFIRM_NOTE = declare(
    "ledger.confirm_note",
    _("Confirm credit notes of the own store"),
    {Role.DEALER_GENERAL, Role.DEALER_FINANCE},
)


def read_scope(actor: Actor) -> Scope:
    """The dealers whose books the actor reads."""
    if "system" in actor.roles:
        return actor.scope
    return joined(reach.scope for reach in actor.reaches if reach.role in READERS)


class BookPolicy(Policy):
    """Rows of a book: of a dealer, for those who read its accounts, or of a person."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        scope = read_scope(actor)
        if scope.everything:
            return rows
        own = Q(person_id__isnull=False, person_id=actor.user_id)
        return rows.filter(own | Q(dealer_id__in=scope.dealer_ids))

    def owners(self, obj: Any) -> Owners:
        dealers = frozenset() if obj.dealer_id is None else frozenset({obj.dealer_id})
        persons = frozenset() if obj.person_id is None else frozenset({obj.person_id})
        return Owners(dealers=dealers, persons=persons, roles=READERS)

    def _within(self, actor: Actor, owners: Owners) -> bool:
        return actor.user_id in owners.persons or owners.within(read_scope(actor))


_OF_PERSON = f"person_id = {PERSON}"
ADDED = Wall(writes=Writes.APPEND, also=_OF_PERSON)
KEPT = Wall(writes=Writes.NONE, also=_OF_PERSON)

account = BookPolicy(Account, view=VIEW, ownership=Ownership.DEALER, wall=ADDED)
change = BookPolicy(AccountChange, view=VIEW, ownership=Ownership.DEALER, wall=ADDED)
entry = BookPolicy(Entry, view=VIEW, ownership=Ownership.DEALER, wall=ADDED)
posting = BookPolicy(Posting, view=VIEW, ownership=Ownership.DEALER, wall=ADDED)
hold = BookPolicy(Hold, view=VIEW, ownership=Ownership.DEALER, wall=ADDED)
hold_end = BookPolicy(HoldEnd, view=VIEW, ownership=Ownership.DEALER, wall=ADDED)
lot = BookPolicy(Lot, view=VIEW, ownership=Ownership.DEALER, wall=KEPT)
lot_use = BookPolicy(LotUse, view=VIEW, ownership=Ownership.DEALER, wall=KEPT)
receipt = Policy(
    BankReceipt,
    view=POST,
    ownership=Ownership.DEALER,
    wall=Wall(writes=Writes.APPEND, columns=("state", "dealer_id", "entry_id", "reason", "postings")),
)


class MoneyPolicy(Policy):
    """Rows about a dealer's money, also of the dealer it goes to, for those who read its accounts."""

    also: tuple[str, ...] = ()

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        scope = read_scope(actor)
        if scope.everything:
            return rows
        own = Q(dealer_id__in=scope.dealer_ids)
        for name in self.also:
            own |= Q(**{f"{name}__in": scope.dealer_ids})
        return rows.filter(own)

    def owners(self, obj: Any) -> Owners:
        dealers = {obj.dealer_id, *(getattr(obj, name) for name in self.also)} - {None}
        return Owners(dealers=frozenset(dealers), roles=READERS)

    def _within(self, actor: Actor, owners: Owners) -> bool:
        return owners.within(read_scope(actor))


class TransferPolicy(MoneyPolicy):
    """A wallet transfer is seen by the dealer that gives and the one that gets."""

    also = ("to_dealer_id",)


_ANSWERED = ("state", "answer_note", "answered_at", "answered_by")
wallet_transfer = TransferPolicy(
    WalletTransfer,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(
        writes=Writes.APPEND,
        also_read=f"to_dealer_id = ANY ({DEALERS})",
        columns=(*_ANSWERED, "hold_id", "out_entry_id", "in_entry_id"),
    ),
)
credit_note = MoneyPolicy(
    CreditNote,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(writes=Writes.APPEND, columns=_ANSWERED),
)

trail.name_actions(
    {
        "ledger.answer_transfer": _("Wallet transfer decided"),
        "ledger.issue_note": _("Credit note issued"),
        "ledger.cancel_note": _("Credit note cancelled"),
        "ledger.receive": _("Bank payment received"),
        "ledger.assign": _("Bank payment assigned"),
        "ledger.set_aside": _("Bank payment set aside"),
        "ledger.reopen": _("Assignment of a bank payment taken back"),
        "ledger.enter": _("Amount posted"),
        "ledger.open": _("Account opened"),
        "ledger.hold": _("Amount held"),
        "ledger.end_hold": _("Held amount captured or released"),
    }
)
trail.name_fields(
    {
        "amount": _("Amount (¥)"),
        "captured": _("Captured (¥)"),
        "limit_amount": _("Credit limit (¥)"),
        "frozen": _("Account frozen"),
        "tax_amount": _("Tax (¥)"),
        "invoice_number": _("Red-letter invoice no."),
        "reason": _("Reason"),
        "note": _("Note"),
        "dealer": _("Dealer"),
        "payer": _("Payer"),
    }
)
