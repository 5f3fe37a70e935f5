"""From a user to the actor it is today, and who is responsible for a dealer on a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from apps.accounts import policies
from apps.accounts.models import (
    ApiToken,
    Assignment,
    LogInLink,
    RecoveryCode,
    SecondFactor,
    Session,
    User,
)
from apps.accounts.rights import actors
from apps.core.access import Actor
from apps.core.roles import SECOND_FACTOR, Role
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer, OrgUnit

actor_for = actors.actor_for


@dataclass(frozen=True)
class Responsible:
    """Somebody who held a role that reached a dealer: over the dealer, its group, or a unit above it."""

    user: User
    role: str
    place: str
    assignment: Assignment


def held_on(day: date) -> QuerySet[Assignment]:
    """The assignments that hold on a day; `valid_to` is their last day."""
    started = Assignment.objects.filter(valid_from__lte=day)
    return started.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def responsible_on(
    *, actor: Actor, dealer: Dealer, on: date, roles: Collection[str] | None = None
) -> list[Responsible]:
    """Who held which role over a dealer on a day, as the tree stood then; the nearest first, HQ last.

    Empty when the dealer is outside the actor's scope; `roles` narrows to the roles asked for.
    """
    if not actor.scope.holds_dealer(dealer.pk):
        return []
    line = dealers.ancestry(on, [dealer.pk]).get(dealer.pk, ())
    reached = Q(dealer=dealer) | Q(unit__in=line)
    if dealer.group_id is not None:
        reached |= Q(group=dealer.group_id)
    rows = held_on(on).filter(reached, user__is_active=True).select_related("user", "unit", "dealer", "group")
    if roles is not None:
        rows = rows.filter(role__in=roles)
    depth = {unit: place for place, unit in enumerate(line)}

    def distance(row: Assignment) -> tuple[int, str, int]:
        nearness = len(line) - depth[row.unit_id] if row.unit_id else 0
        return nearness, row.role, row.pk

    return [
        Responsible(row.user, row.role, str(row.dealer or row.group or row.unit), row)
        for row in sorted(rows, key=distance)
    ]


def users(*, actor: Actor) -> QuerySet[User]:
    """All users, for those who manage them."""
    return policies.user.visible_to(actor, User.objects.prefetch_related("assignments"))


def assignments(*, actor: Actor) -> QuerySet[Assignment]:
    """All assignments, for those who manage them."""
    rows = Assignment.objects.select_related("user", "unit", "dealer", "group")
    return policies.assignment.visible_to(actor, rows)


def own_assignments(*, actor: Actor, on: date) -> QuerySet[Assignment]:
    """What the actor itself is entrusted with on a day."""
    rows = held_on(on).filter(user=actor.user_id).select_related("unit", "dealer", "group")
    return rows.order_by("role", "pk")


def own_tokens(*, actor: Actor) -> QuerySet[ApiToken]:
    """The actor's own API tokens, the newest first."""
    return policies.token.visible_to(actor, ApiToken.objects.all()).order_by("-pk")


def active_user(key: int) -> User | None:
    """The user of a key, while it may log in."""
    return User.objects.filter(pk=key, is_active=True).first()


def owes_second_factor(user: User, *, on: date, roles: Collection[str] | None = None) -> bool:
    """Whether a user's roles of a day, or its way into the admin site, ask for a second factor."""
    held = actor_for(user, on=on).roles if roles is None else roles
    asking = SECOND_FACTOR | set(settings.SECOND_FACTOR_ROLES)
    return user.is_staff or user.is_superuser or bool(asking & set(held))


def has_second_factor(user: User) -> bool:
    """Whether a user has set up a second factor."""
    return SecondFactor.objects.filter(user=user).exists()


def own_second_factor(*, actor: Actor) -> SecondFactor | None:
    """The actor's own second factor, if it has one."""
    return policies.second_factor.visible_to(actor, SecondFactor.objects.all()).first()


def recovery_codes_left(*, actor: Actor) -> int:
    """How many of the actor's own recovery codes are unused."""
    rows = policies.recovery_code.visible_to(actor, RecoveryCode.objects.all())
    return rows.filter(used_at=None).count()


def own_sessions(*, actor: Actor, now: datetime) -> QuerySet[Session]:
    """The actor's own open sessions, the one used last first."""
    rows = policies.session.visible_to(actor, Session.objects.all())
    return rows.filter(expire_date__gt=now).order_by("-seen_at", "handle")


def link_of(key: int, *, user: int, purpose: str) -> LogInLink | None:
    """The link a signed address names, whatever became of it."""
    rows = LogInLink.objects.filter(pk=key, user=user, purpose=purpose, user__is_active=True)
    return rows.select_related("user").first()


def last_link(*, actor: Actor, user: User) -> LogInLink | None:
    """The newest log-in link of a user, for those who manage users."""
    return policies.link.visible_to(actor, LogInLink.objects.filter(user=user)).order_by("-pk").first()


def led_dealers(*, actor: Actor) -> QuerySet[Dealer]:
    """The dealers whose people the actor manages: those it is itself the general manager of today."""
    today = timezone.localdate()
    own = held_on(today).filter(user=actor.user_id, role=Role.DEALER_GENERAL)
    reached = Q(pk__in=own.values("dealer")) | Q(group__in=own.exclude(group=None).values("group"))
    rows = dealers.dealers(actor=actor).filter(reached)
    rows = rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=today))
    return rows if actor.may(policies.STAFF) else rows.none()


def staff_assignments(*, actor: Actor) -> QuerySet[Assignment]:
    """The roles below general manager at the actor's dealers that hold now or will."""
    held = _lasting().filter(role__in=policies.STAFF_ROLES, dealer__in=led_dealers(actor=actor).values("pk"))
    return held.exclude(user=actor.user_id).select_related("user", "dealer")


def staff(*, actor: Actor) -> QuerySet[User]:
    """The people of the dealers the actor is general manager of."""
    rows = User.objects.filter(pk__in=staff_assignments(actor=actor).values("user"))
    return rows.prefetch_related(Prefetch("assignments", staff_assignments(actor=actor), to_attr="led"))


def own_staff(*, actor: Actor) -> QuerySet[User]:
    """Of these the ones who hold nothing anywhere else, so that their account may be managed as a whole."""
    elsewhere = _lasting().exclude(pk__in=staff_assignments(actor=actor).values("pk"))
    rows = staff(actor=actor).exclude(pk__in=elsewhere.values("user"))
    return rows.filter(is_staff=False, is_superuser=False)


def _lasting() -> QuerySet[Assignment]:
    return Assignment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate()))


def taken_names(names: Collection[str]) -> set[str]:
    """Of these user names the ones somebody has, in small letters."""
    rows = User.objects.annotate(small=Lower("username")).filter(small__in={name.lower() for name in names})
    return set(rows.values_list("small", flat=True))


def units_by_code(codes: Collection[str]) -> dict[str, OrgUnit]:
    """The organisation units with these codes."""
    return {unit.code: unit for unit in OrgUnit.objects.filter(code__in=set(codes))}
