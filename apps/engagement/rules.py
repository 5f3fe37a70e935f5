"""Pure decisions about staff points: how many an event brings, until when. Source: domain.md 6.4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from apps.kernel.period import Month

MOST_POINTS = Decimal(1_000_000)
"""More points than anybody gets at once; a guard against a slip of the finger."""


class RequestKind(StrEnum):
    """What somebody asks for by hand."""

    GRANT = "grant"
    DEDUCTION = "deduction"
    TRANSFER = "transfer"


class RequestState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class RedemptionState(StrEnum):
    """Where a redemption stands; points are held while it waits and spent when the gift is handed out."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class StockMove(StrEnum):
    """Why the stock of a gift changed."""

    RECEIVED = "received"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class Terms:
    """What a rule pays: points for each unit times a campaign's factor, at most so many a day and a month."""

    points: Decimal
    factor: Decimal = Decimal(1)
    day_cap: Decimal | None = None
    month_cap: Decimal | None = None


def earned(terms: Terms, units: int, *, today: Decimal, this_month: Decimal) -> Decimal:
    """The points of an event for somebody who has so many under the same rule today and this month.

    Whole points, rounded down; never below 0.
    """
    wanted = (terms.points * terms.factor * units).quantize(Decimal(1), rounding=ROUND_FLOOR)
    for cap, had in ((terms.day_cap, today), (terms.month_cap, this_month)):
        if cap is not None:
            wanted = min(wanted, cap - had)
    return max(wanted, Decimal(0))


def usable_until(earned_on: date, months: int) -> date:
    """The last day on which points may be spent: the same day so many months later, or the month's last."""
    month = Month.of(earned_on).shift(months)
    return min(month.last, month.first.replace(day=min(earned_on.day, month.last.day)))


class Subject(StrEnum):
    """Who competes in a contest."""

    PERSON = "person"
    DEALER = "dealer"


class ContestState(StrEnum):
    """Whether places still move."""

    RUNNING = "running"
    ENDED = "ended"


TOP = 10
"""So many places of a contest are shown to everybody; the others see their own beside them."""
SETTLE_DAYS = 3
"""So long after its last day a contest still takes late facts, then it ends by itself."""

Prize = tuple[int, int, int]
"""From place, to place, points."""


def read_prizes(text: str) -> list[Prize]:
    """Prizes as people write them: `1: 500, 2-3: 200`. ValueError for anything else, gaps or overlaps."""
    found: list[Prize] = []
    for part in text.replace("，", ",").replace("：", ":").replace("；", ",").split(","):
        places, _colon, points = part.partition(":")
        first, _dash, last = places.strip().partition("-")
        prize = int(first), int(last or first), int(points)
        if prize[0] != (found[-1][1] + 1 if found else 1) or prize[1] < prize[0] or prize[2] <= 0:
            raise ValueError(part)
        found.append(prize)
    return found


def written(prizes: list[Prize]) -> str:
    """Prizes as people write them."""
    return ", ".join(
        f"{first}: {points}" if first == last else f"{first}-{last}: {points}"
        for first, last, points in prizes
    )


def prize_of(prizes: list[Prize], place: int, value: Decimal) -> int:
    """The points of a place, for each of those who share it; nothing without a result."""
    if value <= 0:
        return 0
    return next((points for first, last, points in prizes if first <= place <= last), 0)


def places_of(values: list[Decimal]) -> list[int]:
    """The place of each result: equal results share the better place, the next one counts on (1, 1, 3)."""
    order = sorted(values, reverse=True)
    first: dict[Decimal, int] = {}
    for place, value in enumerate(order, start=1):
        first.setdefault(value, place)
    return [first[value] for value in values]


class BonusState(StrEnum):
    """Where the bonus of a person stands."""

    PROPOSED = "proposed"
    OBJECTED = "objected"
    SIGNED = "signed"
    APPROVED = "approved"
    RETURNED = "returned"


OPEN_TO_PROPOSER = frozenset({BonusState.PROPOSED, BonusState.OBJECTED, BonusState.RETURNED})
"""States in which the proposer may still change the figures."""
