"""What roles may do: grants as shipped and as changed, and changes that wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts import policies, services
from apps.accounts.models import ChangeKind, ChangeState, Grant, RightsChange, User
from apps.core import access, audit, news
from apps.core.access import NO_LIMIT, Actor, Limit
from apps.core.errors import DomainError
from apps.core.roles import MONEY, Role

KEPT = frozenset({policies.MANAGE, policies.CHANGE_RIGHTS, policies.VIEW_RIGHTS})
"""What the administrator cannot lose, or nobody could give it back."""


@dataclass(frozen=True)
class Wish:
    """What a grant shall become, and why."""

    allowed: bool
    reason: str
    limit: Limit = NO_LIMIT


def shipped() -> dict[tuple[str, str], Limit]:
    """The grants the product ships with: (role, action) → limit."""
    return {
        (str(role), code): action.limits.get(role, NO_LIMIT)
        for code, action in access.actions().items()
        for role in action.roles
    }


@transaction.atomic
def sync() -> int:
    """Let the grants nobody changed follow the product; returns how many rows differed. Repeatable."""
    wanted = shipped()
    rows = {(row.role, row.action): row for row in Grant.objects.all()}
    new = [
        Grant(role=role, action=action, max_amount=limit.amount, max_rate=limit.rate)
        for (role, action), limit in sorted(wanted.items())
        if (role, action) not in rows
    ]
    untouched = {key: row for key, row in rows.items() if row.changed_at is None}
    gone = [row.pk for key, row in untouched.items() if key not in wanted]
    moved = [row for key, row in untouched.items() if key in wanted and row.limit != wanted[key]]
    for row in moved:
        limit = wanted[row.role, row.action]
        row.max_amount, row.max_rate = limit.amount, limit.rate
    Grant.objects.bulk_create(new, ignore_conflicts=True)
    Grant.objects.filter(pk__in=gone).delete()
    Grant.objects.bulk_update(moved, ["max_amount", "max_rate"])
    return len(new) + len(gone) + len(moved)


def needs_second(role: str, action: str = "") -> bool:
    """Whether a change waits for a second person: roles and actions about money or rights."""
    return role in MONEY or (bool(action) and access.actions()[action].guarded)


@transaction.atomic
def change_grant(*, role: str, action: str, wish: Wish, actor: Actor, now: datetime) -> RightsChange:
    """Ask for another grant of a role; in force at once unless it takes a second person.

    DomainError when nothing would change, a change already waits, or the administrator would lose its key.
    """
    if action not in access.actions() or role not in set(Role):
        raise DomainError("unknown_right", _("There is no such role or action."))
    if role == Role.HQ_ADMIN and action in KEPT and not wish.allowed:
        raise DomainError("last_key", _("The administrator keeps this right, or nobody could give it back."))
    current = Grant.objects.select_for_update().filter(role=role, action=action).first()
    held = current is not None and current.allowed
    if (held, current.limit if current and held else NO_LIMIT) == (wish.allowed, wish.limit):
        raise DomainError("no_change", _("The role already has it like this."))
    if RightsChange.objects.filter(role=role, action=action, state=ChangeState.WAITING).exists():
        raise DomainError("already_waiting", _("A change of this right already waits for a decision."))
    change = RightsChange(
        kind=ChangeKind.GRANT,
        role=role,
        action=action,
        allowed=wish.allowed,
        max_amount=wish.limit.amount,
        max_rate=wish.limit.rate,
        reason=wish.reason,
    )
    return _propose(change, actor=actor, now=now, waits=needs_second(role, action))


@transaction.atomic
def assign(
    *,
    user: User,
    role: str,
    actor: Actor,
    now: datetime,
    valid_from: date,
    valid_to: date | None = None,
    reason: str = "",
    **place: Unpack[services.Place],
) -> RightsChange | None:
    """Give a user a role, or, for a role about money or rights, ask for a second person to do so."""
    if not needs_second(role):
        services.assign(
            user=user, role=role, actor=actor, now=now, valid_from=valid_from, valid_to=valid_to, **place
        )
        return None
    services.check_assignment(role=role, valid_from=valid_from, valid_to=valid_to, place=place)
    change = RightsChange(
        kind=ChangeKind.ASSIGNMENT,
        role=role,
        user=user,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
        **place,
    )
    return _propose(change, actor=actor, now=now, waits=True)


@transaction.atomic
def decide(
    *, change: RightsChange, approve: bool, actor: Actor, now: datetime, answer: str = ""
) -> RightsChange:
    """Approve or refuse a waiting change; DomainError for who asked for it, or stood in for or by who did."""
    row = _waiting(change)
    asked = {row.proposed_by_id, row.proposed_for_id} - {None}
    if asked & {actor.user_id, actor.for_id}:
        raise DomainError("four_eyes", _("Somebody else must decide: four eyes see more than two."))
    if row.user_id is not None and row.user_id in (actor.user_id, actor.for_id):
        raise DomainError("own_role", _("Nobody decides about roles of its own."))
    row.state = ChangeState.APPLIED if approve else ChangeState.REFUSED
    row.decided_by_id, row.decided_at, row.answer = actor.user_id, now, answer
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    if approve:
        _apply(row, actor=actor, now=now)
    name = "accounts.approve_rights" if approve else "accounts.refuse_rights"
    audit.record(actor=actor, action=name, obj=row, now=now, after={"state": row.state, "answer": answer})
    news.tell(news.RIGHTS_DECIDED, change=row, by=actor.label, now=now)
    return row


@transaction.atomic
def withdraw(*, change: RightsChange, actor: Actor, now: datetime) -> RightsChange:
    """Take back what one asked for oneself, while it waits."""
    row = _waiting(change)
    if row.proposed_by_id != actor.user_id:
        raise DomainError("not_yours", _("Only who asked for it may take it back."))
    row.state, row.decided_at = ChangeState.WITHDRAWN, now
    row.save(update_fields=["state", "decided_at"])
    audit.record(actor=actor, action="accounts.withdraw_rights", obj=row, now=now, after={"state": row.state})
    news.tell(news.RIGHTS_DECIDED, change=row, by=actor.label, now=now)
    return row


def _waiting(change: RightsChange) -> RightsChange:
    row = RightsChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if row.state != ChangeState.WAITING:
        raise DomainError("decided", _("This change is decided already."))
    return row


def _propose(change: RightsChange, *, actor: Actor, now: datetime, waits: bool) -> RightsChange:
    change.proposed_by_id, change.proposed_for_id = actor.user_id, actor.for_id
    change.proposed_at = now
    change.state = ChangeState.WAITING if waits else ChangeState.APPLIED
    if not waits:
        change.decided_at = now
    change.save()
    if waits:
        audit.record(actor=actor, action="accounts.propose_rights", obj=change, now=now, after=_told(change))
        news.tell(news.RIGHTS_WAIT, change=change, by=actor.label, now=now)
    else:
        _apply(change, actor=actor, now=now)
    return change


def _apply(change: RightsChange, *, actor: Actor, now: datetime) -> None:
    if change.kind == ChangeKind.GRANT:
        _apply_grant(change, actor=actor, now=now)
        return
    assert change.user is not None and change.valid_from is not None
    services.assign(
        user=change.user,
        role=change.role,
        actor=actor,
        now=now,
        valid_from=change.valid_from,
        valid_to=change.valid_to,
        seconded=True,
        unit=change.unit,
        dealer=change.dealer,
        group=change.group,
    )


def _apply_grant(change: RightsChange, *, actor: Actor, now: datetime) -> None:
    row = Grant.objects.select_for_update().filter(role=change.role, action=change.action).first()
    row = row or Grant(role=change.role, action=change.action, allowed=False)
    before = _grant_facts(row)
    row.allowed = change.allowed
    row.max_amount = change.max_amount if change.allowed else None
    row.max_rate = change.max_rate if change.allowed else None
    row.changed_at, row.changed_by = now, actor.label
    row.save()
    was, became = audit.difference(before, _grant_facts(row))
    audit.record(
        actor=actor,
        action="accounts.change_grant",
        obj=row,
        now=now,
        before=was,
        after={**became, "reason": change.reason},
    )


def _grant_facts(row: Grant) -> dict[str, object]:
    return {
        "allowed": row.allowed,
        "max_amount": _text(row.max_amount),
        "max_rate": _text(row.max_rate),
    }


def _told(change: RightsChange) -> dict[str, object]:
    told: dict[str, object] = {"role": change.role, "reason": change.reason}
    if change.kind == ChangeKind.ASSIGNMENT:
        return told | {"user": str(change.user), "place": str(change.place), "valid_from": change.valid_from}
    limit = {"max_amount": _text(change.max_amount), "max_rate": _text(change.max_rate)}
    return told | {"action": change.action, "allowed": change.allowed, **limit}


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
