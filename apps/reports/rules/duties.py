"""Decisions about duties: who is asked when one is late, when it is late, and whether a quota is met."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from apps.core.roles import DEALER, DEALER_STAFF, FIELD_STAFF, Role

LADDER = (Role.ACCOUNT_MANAGER, Role.REGION_MANAGER, Role.PROVINCE_MANAGER)
"""Who hears of a late duty, one calendar day after the other. Source: domain.md §9.1."""


class State(StrEnum):
    """What became of a duty; whether it is overdue or was late follows from its deadline."""

    OPEN = "open"
    STARTED = "started"
    RETURNED = "returned"
    DONE = "done"
    WAIVED = "waived"


WAITING = (State.OPEN, State.STARTED, State.RETURNED)


class Standing(StrEnum):
    """How a duty stands at a moment, as people see it."""

    TODO = "todo"
    STARTED = "started"
    RETURNED = "returned"
    OVERDUE = "overdue"
    DONE = "done"
    LATE = "late"
    WAIVED = "waived"


def standing(state: str, grace_at: datetime, done_at: datetime | None, now: datetime) -> Standing:
    """How a duty stands: done after its grace is late, waiting after it is overdue, waived is neither."""
    if state == State.WAIVED:
        return Standing.WAIVED
    if state == State.DONE:
        return Standing.LATE if done_at is not None and done_at > grace_at else Standing.DONE
    if now > grace_at:
        return Standing.OVERDUE
    return {State.STARTED: Standing.STARTED, State.RETURNED: Standing.RETURNED}.get(
        State(state), Standing.TODO
    )


def ladder_of(role: str) -> tuple[Role, ...]:
    """The roles that hear of a late duty of this role, the nearest first; nobody for headquarters."""
    if role in LADDER:
        return LADDER[LADDER.index(Role(role)) + 1 :]
    if role in DEALER | DEALER_STAFF or role == Role.ACCOUNT_MANAGER_2:
        return LADDER
    if role == Role.KEY_ACCOUNT_CLERK:
        return (Role.KEY_ACCOUNT_MANAGER, Role.PROVINCE_MANAGER)
    return (Role.PROVINCE_MANAGER,) if role in FIELD_STAFF else ()


@dataclass(frozen=True)
class Rung:
    """A step of the ladder: the role, who holds it there that day, and who stands in for whom."""

    role: str
    holders: tuple[int, ...]
    stand_ins: Mapping[int, int]


class Skip(StrEnum):
    """Why a rung was passed over."""

    VACANT = "vacant"
    ASKED = "asked"


@dataclass(frozen=True)
class Ask:
    """Somebody is asked about a late duty at a rung, or the rung is skipped, with the reason.

    `user` is who is asked, `instead_of` who is away; `place` counts the rungs from 0.
    """

    place: int
    role: str
    user: int | None = None
    instead_of: int | None = None
    skipped: Skip | None = None


def asks(
    rungs: Sequence[Rung], *, place: int, asked: Collection[int], times: int, due_on: date, today: date
) -> list[Ask]:
    """Who is asked today about a duty that was due on a day, `times` days after which somebody was asked.

    One rung for each calendar day; where nobody holds the role, or the stand-in of who is away was asked
    before, the next rung up is asked instead on the same day. Source: S2.11.
    """
    found: list[Ask] = []
    known = set(asked)
    while place < len(rungs) and times < (today - due_on).days:
        told = _at_rung(place, rungs[place], known)
        found += told
        place += 1
        people = {ask.user for ask in told if ask.user is not None}
        known |= people
        times += bool(people)
    return found


def _at_rung(place: int, rung: Rung, asked: Collection[int]) -> list[Ask]:
    if not rung.holders:
        return [Ask(place, rung.role, skipped=Skip.VACANT)]
    found = []
    for holder in rung.holders:
        user = rung.stand_ins.get(holder, holder)
        away = holder if user != holder else None
        if user in asked:
            found.append(Ask(place, rung.role, instead_of=away or holder, skipped=Skip.ASKED))
        else:
            found.append(Ask(place, rung.role, user, away))
    return found


class Light(StrEnum):
    """How a count stands to a quota."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    OVER = "over"


def quota_light(counted: int, minimum: int, target: int | None, maximum: int | None) -> Light:
    """Red below the minimum, amber up to the target, green from there, over beyond the maximum."""
    if counted < minimum:
        return Light.RED
    if maximum is not None and counted > maximum:
        return Light.OVER
    return Light.AMBER if target is not None and counted < target else Light.GREEN


@dataclass(frozen=True)
class Upstream:
    """A duty another one waits for: whether it is done, and whether it is late."""

    code: str
    due_on: date
    done: bool
    late: bool


def blocked_by(upstream: Sequence[Upstream], due_on: date) -> list[Upstream]:
    """The duties a duty due on a day still waits for: of each rule the last due up to that day, if not done.

    Source: domain.md §9.4.
    """
    last: dict[str, date] = {}
    for each in upstream:
        if each.due_on <= due_on:
            last[each.code] = max(each.due_on, last.get(each.code, each.due_on))
    return [each for each in upstream if not each.done and last.get(each.code) == each.due_on]
