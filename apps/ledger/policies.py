from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, Scope, declare, joined
from apps.core.roles import EVERYONE, FIELD, OPERATORS, Role
from apps.core.wall import PERSON, Wall, Writes
from apps.ledger.models import (
    Account,
    AccountChange,
    BankReceipt,
    Entry,
    Hold,
    HoldEnd,
    Lot,
    LotUse,
    Posting,
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

trail.name_actions(
    {
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
        "reason": _("Reason"),
        "note": _("Note"),
        "dealer": _("Dealer"),
        "payer": _("Payer"),
    }
)
