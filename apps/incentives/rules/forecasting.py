"""When a dealer may expect which money, how sure it is, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

WEEKS = 13
"""How far ahead money is told week by week."""
ZERO = Decimal(0)


class Certainty(StrEnum):
    """How sure money is, the surest first."""

    PAYABLE = "payable"
    CONFIRMED = "confirmed"
    PUBLISHED = "published"
    DISPUTED = "disputed"
    ACCRUED = "accrued"
    CURABLE = "curable"


@dataclass(frozen=True)
class Expected:
    """Money a dealer may expect: how much, when, how sure, and why it is not there yet.

    `promised`: the day is the maker's word, not our reckoning; `ended`: of a term that is over, not settled.
    """

    certainty: Certainty
    amount: Decimal
    on: date | None
    key: int = 0
    label: str = ""
    blocks: str = ""
    url: str = ""
    promised: bool = False
    ended: bool = False


def overdue(rows: Iterable[Expected], *, today: date) -> Decimal:
    """Published money whose promised day has passed, in yuan."""
    late = (row.amount for row in rows if row.promised and row.on and row.on < today and row.amount > 0)
    return sum(late, ZERO)


def unsettled(rows: Iterable[Expected]) -> Decimal:
    """What is set aside for terms that ended and are not settled yet, in yuan; no day is promised."""
    return sum((row.amount for row in rows if row.ended), ZERO)


@dataclass(frozen=True)
class Week:
    """What falls into the week that begins on a Monday, by how sure it is."""

    first: date
    amounts: Mapping[Certainty, Decimal]


def monday(day: date) -> date:
    """The first day of a week."""
    return day - timedelta(days=day.weekday())


def weeks(rows: Iterable[Expected], *, today: date, count: int = WEEKS) -> Sequence[Week]:
    """Expected money by week from this week on; what is overdue falls into this week."""
    first = monday(today)
    found: list[dict[Certainty, Decimal]] = [dict.fromkeys(Certainty, ZERO) for _week in range(count)]
    for row in rows:
        if row.on is None:
            continue
        place = max((monday(row.on) - first).days // 7, 0)
        if place < count:
            found[place][row.certainty] += row.amount
    return [Week(first + timedelta(weeks=place), amounts) for place, amounts in enumerate(found)]
