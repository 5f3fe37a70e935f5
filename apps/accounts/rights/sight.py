"""Who sees a record and by which rule, and who was responsible for a dealer or unit on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import Assignment, Delegation, Grant, User
from apps.accounts.queries import Responsible, held_on, responsible_on
from apps.core import access, role_names
from apps.core.access import Actor, Owners, Policy
from apps.core.roles import DEALER, DEALER_STAFF, FIELD, FIELD_STAFF, Role
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.dealers.rules import UnitKind

MOST = 500
ANSWERABLE = FIELD | FIELD_STAFF | DEALER


@dataclass(frozen=True)
class Sight:
    """A user who sees a record: by which role, over what, along which path, and for whom if as a stand-in."""

    user: User
    role: str
    rule: str
    path: str
    until: date | None = None
    stands_in_for: User | None = None

    @property
    def role_name(self) -> Any:
        """What the role is called."""
        return role_names.NAMES[Role(self.role)] if self.role else ""


@dataclass(frozen=True)
class Explanation:
    """Who sees a record on a day: the action asked for, the roles that hold it, and the users."""

    record: Model
    action: access.Action
    roles: Sequence[Any]
    owners: Owners
    sights: Sequence[Sight]
    more: bool


@dataclass(frozen=True)
class Charge:
    """Somebody who was responsible on a day, and who stood in."""

    responsible: Responsible
    stand_ins: Sequence[User] = field(default_factory=list)

    @property
    def role_name(self) -> Any:
        """What the role is called."""
        return role_names.NAMES[Role(self.responsible.role)]


def record(*, actor: Actor, label: str, key: int) -> tuple[Policy, Model] | None:
    """A record by its model and number as far as the actor sees it, with the policy of the model."""
    try:
        model = apps.get_model(label)
        policy = access.policy_of(model)
    except (LookupError, ValueError):
        return None
    found = policy.visible_to(actor, model._default_manager.all()).filter(pk=key).first()
    return None if found is None else (policy, found)


def who_can_see(*, policy: Policy, obj: Model, on: date) -> Explanation:
    """The users who see a record on a day, as the tree and the assignments stood, by the grants of today."""
    owners = policy.owners(obj)
    roles = list(Grant.objects.filter(action=policy.view, allowed=True).values_list("role", flat=True))
    held = reaching(owners, on).filter(role__in=roles)
    rows = list(held.order_by("role", "user__username", "pk")[: MOST + 1])
    paths = _paths(owners, on)
    sights = [_sight(row, owners, paths) for row in rows[:MOST]]
    sights += _persons(owners, roles, on, {sight.user.pk for sight in sights})
    sights += _stand_ins(rows[:MOST], on)
    names = [role_names.NAMES[role] for role in Role if role in roles]
    return Explanation(obj, access.actions()[policy.view], names, owners, sights, len(rows) > MOST)


def charges(
    *, actor: Actor, on: date, dealer: Dealer | None = None, unit: OrgUnit | None = None
) -> list[Charge]:
    """Who was responsible for a dealer, or for a unit, on a day, the nearest first, with their stand-ins."""
    if dealer is not None:
        found = responsible_on(actor=actor, dealer=dealer, on=on, roles=ANSWERABLE)
    elif unit is not None and (actor.scope.everything or unit.pk in actor.scope.unit_ids):
        line = _line(unit.pk, on)
        rows = _active(on).filter(unit__in=line, role__in=ANSWERABLE)
        near: dict[int | None, int] = {key: place for place, key in enumerate(line)}
        ordered = sorted(rows, key=lambda row: (near[row.unit_id], row.role, row.pk))
        found = [Responsible(row.user, row.role, str(row.unit), row) for row in ordered]
    else:
        found = []
    return [Charge(each, _who_stood_in(each, on)) for each in found]


def _active(on: date) -> QuerySet[Assignment]:
    rows = held_on(on).filter(user__is_active=True).select_related("user", "unit", "dealer", "group")
    return rows.exclude(role__in=DEALER | DEALER_STAFF, dealer__closed_on__lte=on)


def reaching(owners: Owners, on: date) -> QuerySet[Assignment]:
    """The assignments that reach an object of these owners."""
    rows = _active(on).exclude(user__in=owners.without)
    if owners.roles is not None:
        rows = rows.filter(role__in=owners.roles)
    if owners.everyone:
        return rows
    reached = Q(pk__in=[])
    if owners.headquarters:
        reached |= Q(unit__kind=UnitKind.HQ)
    if owners.dealers:
        above = dealers.ancestry(on, list(owners.dealers))
        groups = Dealer.objects.filter(pk__in=owners.dealers, group__isnull=False).values("group")
        reached |= Q(dealer__in=owners.dealers) | Q(group__in=groups)
        reached |= Q(unit__in={unit for line in above.values() for unit in line})
    for unit in owners.units:
        reached |= Q(unit__in=_line(unit, on))
    return rows.filter(reached)


def _line(unit: int, on: date) -> list[int]:
    """A unit and the units above it on a day, the nearest first."""
    parents = dealers.parents_on(on)
    line: list[int] = []
    current: int | None = unit
    while current is not None and current not in line:
        line.append(current)
        current = parents.get(current)
    return line


def _paths(owners: Owners, on: date) -> dict[int, str]:
    """Unit → the way from it down to an owner, in names."""
    names = dict(OrgUnit.objects.values_list("pk", "name"))
    codes = dict(Dealer.objects.filter(pk__in=owners.dealers).values_list("pk", "code"))
    paths: dict[int, str] = {}
    for dealer, line in dealers.ancestry(on, list(owners.dealers)).items():
        _tell(paths, line, names, codes.get(dealer, ""))
    for unit in owners.units:
        _tell(paths, tuple(reversed(_line(unit, on))), names, "")
    return paths


def _tell(paths: dict[int, str], line: Sequence[int], names: dict[int, str], end: str) -> None:
    for place, unit in enumerate(line):
        steps = [*(names.get(each, "") for each in line[place:]), end]
        paths.setdefault(unit, " › ".join(filter(None, steps)))


def _sight(row: Assignment, owners: Owners, paths: dict[int, str]) -> Sight:
    rule, path = _rule(row, owners, paths)
    return Sight(row.user, row.role, rule, path, row.valid_to)


def _rule(row: Assignment, owners: Owners, paths: dict[int, str]) -> tuple[str, str]:
    place = str(row.dealer or row.group or row.unit)
    if owners.everyone:
        return _("Everybody with this right"), place
    if row.dealer_id is not None:
        return _("Works at the dealer"), place
    if row.group_id is not None:
        return _("The group owns the dealer"), place
    if row.unit is not None and row.unit.kind == UnitKind.HQ:
        return _("Headquarters reaches all"), place
    return _("The dealer stands in the unit"), paths.get(row.unit_id or 0, place)


def _persons(owners: Owners, roles: Collection[str], on: date, known: Collection[int]) -> Iterable[Sight]:
    """Who the record belongs to as a person, if any role of the person is granted the action."""
    mine = _active(on).filter(user__in=owners.persons, role__in=roles).exclude(user__in=known)
    found: dict[int, Sight] = {}
    for row in mine.order_by("pk"):
        found.setdefault(
            row.user_id, Sight(row.user, row.role, _("It is the person's own"), "", row.valid_to)
        )
    return found.values()


def _stand_ins(rows: Sequence[Assignment], on: date) -> Iterable[Sight]:
    """Who stands in for those who see it, with a role that sees it."""
    held = {(row.user_id, row.role) for row in rows}
    given = Delegation.objects.filter(
        delegator__in={user for user, _role in held}, valid_from__lte=on, valid_to__gte=on, revoked_at=None
    ).filter(delegate__is_active=True)
    for row in given.select_related("delegator", "delegate").order_by("pk"):
        for role in row.roles:
            if (row.delegator_id, role) in held:
                rule = _("Stands in for %(name)s") % {"name": row.delegator}
                yield Sight(row.delegate, role, rule, "", row.valid_to, row.delegator)


def _who_stood_in(each: Responsible, on: date) -> list[User]:
    given = Delegation.objects.filter(
        delegator=each.user, roles__contains=[each.role], valid_from__lte=on, valid_to__gte=on
    ).filter(Q(revoked_at__isnull=True) | Q(revoked_at__date__gt=on))
    return [row.delegate for row in given.select_related("delegate").order_by("pk")]
