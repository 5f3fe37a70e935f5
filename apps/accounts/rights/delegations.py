"""Standing in for somebody: bounded, with roles one holds oneself, in the trail as "B for A"."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import policies, queries
from apps.accounts.models import Assignment, Delegation, User
from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import DEALER, DEALER_STAFF, MAKER, MONEY

LONGEST = timedelta(days=60)
AHEAD = timedelta(days=366)
NOT_A_COLLEAGUE = gettext_lazy("Not a colleague.")


def given_and_held(*, actor: Actor) -> QuerySet[Delegation]:
    """The delegations the actor gave or holds, the newest first."""
    rows = Delegation.objects.select_related("delegator", "delegate")
    return policies.delegation.visible_to(actor, rows).order_by("-valid_to", "-pk")


def standing_in(*, user_id: int, on: date) -> list[Delegation]:
    """For whom a user may stand in on a day."""
    rows = Delegation.objects.filter(
        delegate=user_id, revoked_at=None, valid_from__lte=on, valid_to__gte=on, delegator__is_active=True
    )
    return list(rows.select_related("delegator").order_by("valid_to", "pk"))


def colleagues(*, actor: Actor, on: date) -> QuerySet[User]:
    """Who may stand in: the maker's people for the maker's, people of the same dealers for a dealer's."""
    held = queries.held_on(on).exclude(user=actor.user_id)
    if actor.is_dealer:
        held = held.filter(role__in=DEALER | DEALER_STAFF, dealer__in=actor.scope.dealer_ids)
    else:
        held = held.filter(role__in=MAKER)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("display_name", "pk")


def roles_to_hand_over(*, actor: Actor, on: date) -> list[str]:
    """The roles the actor holds on a day, by its own assignments."""
    held = queries.held_on(on).filter(user=actor.user_id).values_list("role", flat=True)
    return sorted(set(held))


@transaction.atomic
def delegate(
    *,
    delegate: User,
    roles: Collection[str],
    valid_from: date,
    valid_to: date,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Delegation:
    """Let a colleague stand in for the actor, 60 days at most.

    DomainError for a stand-in of somebody else, roles one does not hold, people who are no colleagues, and a
    role about money or rights for somebody who does not hold it.
    """
    today = now.date()
    _check_dates(valid_from, valid_to, today)
    if actor.user_id is None or actor.for_id is not None or actor.viewer:
        raise DomainError("chain", _("Who stands in for somebody cannot hand that on."))
    if not colleagues(actor=actor, on=max(valid_from, today)).filter(pk=delegate.pk).exists():
        raise DomainError("no_colleague", _("Choose a colleague."), fields={"delegate": NOT_A_COLLEAGUE})
    wanted = sorted(set(roles))
    if not wanted or set(wanted) - set(roles_to_hand_over(actor=actor, on=max(valid_from, today))):
        raise DomainError(
            "not_held", _("Hand over roles you hold."), fields={"roles": _("You do not hold this role.")}
        )
    _check_money(delegate, wanted, valid_from)
    row = Delegation.objects.create(
        delegator_id=actor.user_id,
        delegate=delegate,
        roles=wanted,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
        created_at=now,
    )
    after = {"delegate": str(delegate), "roles": wanted, "valid_from": valid_from, "valid_to": valid_to}
    audit.record(actor=actor, action="accounts.delegate", obj=row, now=now, after=after)
    return row


@transaction.atomic
def revoke(*, delegation: Delegation, actor: Actor, now: datetime) -> Delegation:
    """End a delegation at once; either of its two people may. Repeated, it changes nothing."""
    row = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
    if actor.user_id not in (row.delegator_id, row.delegate_id):
        raise DomainError("not_yours", _("Only the two people of a delegation may end it."))
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, actor.label
        row.save(update_fields=["revoked_at", "revoked_by"])
        audit.record(
            actor=actor, action="accounts.revoke_delegation", obj=row, now=now, after={"revoked_at": now}
        )
    return row


def _check_dates(valid_from: date, valid_to: date, today: date) -> None:
    if valid_to < valid_from:
        raise DomainError("dates", _("It ends before it begins."), fields={"valid_to": _("Too early.")})
    if valid_to < today or valid_from > today + AHEAD:
        raise DomainError(
            "dates", _("These days are past or far away."), fields={"valid_to": _("Too early.")}
        )
    if valid_to - valid_from >= LONGEST:
        raise DomainError(
            "too_long", _("A delegation lasts 60 days at most."), fields={"valid_to": _("At most 60 days.")}
        )


def _check_money(delegate: User, roles: Collection[str], on: date) -> None:
    """Four eyes are not gone round: money roles only go to who holds the same role."""
    money = set(roles) & {str(role) for role in MONEY}
    held = Assignment.objects.filter(user=delegate, role__in=money, valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    )
    if money - set(held.values_list("role", flat=True)):
        raise DomainError(
            "four_eyes",
            _("A role about money or rights goes only to somebody who holds it too."),
            fields={"roles": _("Takes a second person.")},
        )
