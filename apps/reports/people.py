"""Who owes a duty, found on the day: holders of its role at its place, and who stands in for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from apps.accounts import queries as accounts
from apps.accounts.models import Delegation, User
from apps.dealers import queries as dealers
from apps.reports.models.duties import Duty
from apps.reports.rules.duties import LADDER, Rung, ladder_of

Place = tuple[str, int, str]
"""Kind of place, its number, and the role there."""


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a role at a place on a day, and who stands in."""

    user: User
    stand_in: User | None = None

    def __str__(self) -> str:
        return str(self.user)


@dataclass
class People:
    """Everybody who matters to some duties on a day, read once."""

    on: date
    held: dict[Place, list[User]] = field(default_factory=lambda: defaultdict(list))
    stand_ins: dict[tuple[int, str], User] = field(default_factory=dict)

    def of(self, duty: Duty) -> list[Holder]:
        """Who owes a duty on the day."""
        place = ("dealer", duty.dealer_id) if duty.dealer_id is not None else ("unit", duty.unit_id)
        assert place[1] is not None
        return self.at((place[0], place[1], duty.role))

    def at(self, place: Place) -> list[Holder]:
        """Who holds a role at a place on the day."""
        return [Holder(user, self.stand_ins.get((user.pk, place[2]))) for user in self.held.get(place, [])]

    def rung(self, role: str, line: Sequence[int]) -> Rung:
        """Who holds a role at the nearest unit of a line (the own unit first) where anybody does."""
        for unit in line:
            users = self.held.get(("unit", unit, role))
            if users:
                keys = tuple(user.pk for user in users)
                away = {key: self.stand_ins[key, role].pk for key in keys if (key, role) in self.stand_ins}
                return Rung(role, keys, away)
        return Rung(role, (), {})


def people_of(duties: Iterable[Duty], *, on: date, ladders: bool = False) -> People:
    """The people of some duties on a day in two queries; with `ladders` also everybody on their ladders."""
    rows = list(duties)
    roles = {row.role for row in rows}
    wanted = Q(dealer__in={row.dealer_id for row in rows} - {None}, role__in=roles)
    wanted |= Q(unit__in={row.unit_id for row in rows} - {None}, role__in=roles)
    if ladders:
        rungs = {*LADDER, *(role for row in rows for role in ladder_of(row.role))}
        wanted |= Q(unit__isnull=False, role__in=rungs)
    found = People(on)
    held = accounts.held_on(on).filter(wanted, user__is_active=True).select_related("user")
    for row in held.order_by("pk"):
        kind, key = ("dealer", row.dealer_id) if row.dealer_id is not None else ("unit", row.unit_id)
        if key is not None:
            found.held[kind, key, row.role].append(row.user)
    users = {user.pk for each in found.held.values() for user in each}
    found.stand_ins = _stand_ins(users, on)
    return found


def _stand_ins(users: Iterable[int], on: date) -> dict[tuple[int, str], User]:
    rows = Delegation.objects.filter(
        delegator__in=set(users), valid_from__lte=on, valid_to__gte=on, revoked_at=None
    ).filter(delegate__is_active=True)
    return {
        (row.delegator_id, role): row.delegate
        for row in rows.select_related("delegate").order_by("-pk")
        for role in row.roles
    }


def lines_of(duties: Iterable[Duty], *, on: date) -> dict[int, tuple[int, ...]]:
    """Duty → the units above the place it is owed at, the nearest first."""
    rows = list(duties)
    above = dealers.ancestry(on, {row.dealer_id for row in rows if row.dealer_id is not None})
    parents = dealers.parents_on(on)
    found: dict[int, tuple[int, ...]] = {}
    for row in rows:
        if row.dealer_id is not None:
            found[row.pk] = tuple(reversed(above.get(row.dealer_id, ())))
        elif row.unit_id is not None:
            found[row.pk] = tuple(reversed(dealers.line_of(row.unit_id, parents, {})))
    return found
