"""What an activity in the field is: its kinds, questions, states, places and scores, without a data base."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Any

EARTH_M = 6_371_000
LONGEST_TEXT = 4000
NEAR_M = 500


class Subject(StrEnum):
    """Whom an activity is about."""

    DEALER = "dealer"
    SECOND_TIER = "second_tier"
    RETAIL = "retail"
    KEY_ACCOUNT = "key_account"
    COLLEAGUE = "colleague"
    NONE = "none"


SITES = (Subject.DEALER, Subject.SECOND_TIER, Subject.RETAIL, Subject.KEY_ACCOUNT)
"""Subjects that stand somewhere, so that one can go there."""


class State(StrEnum):
    """How far an activity is."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    CANCELLED = "cancelled"


class Located(StrEnum):
    """What came of asking the device where it is; nobody is kept from working by a refusal."""

    FOUND = "found"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"


class Answer(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Question:
    """One question of a template; `bad` lists the answers that suggest a finding."""

    code: str
    label: Any
    kind: Answer = Answer.TEXT
    required: bool = False
    choices: Sequence[tuple[str, Any]] = ()
    bad: tuple[str, ...] = ()
    group: Any = ""
    hint: Any = ""


@dataclass(frozen=True)
class Kind:
    """A kind of activity, declared once: whom it is about, where it happens, what it asks.

    `place`: one checks in there. `scored`: the share of yes among its yes-or-no questions is its score.
    `topics` tell apart what quotas count apart. `planned`: it can be planned and done by hand.
    """

    code: str
    label: Any
    subjects: tuple[Subject, ...]
    questions: tuple[Question, ...]
    icon: str
    place: bool = False
    scored: bool = False
    topics: tuple[tuple[str, Any], ...] = ()
    planned: bool = True
    codes: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        codes = [question.code for question in self.questions]
        if len(codes) != len(set(codes)):
            raise ValueError(f"activity kind {self.code} asks a question twice")
        object.__setattr__(self, "codes", frozenset(codes))

    @property
    def version(self) -> str:
        """Another one for every other set of questions; kept with the answers."""
        told = [[q.code, q.kind, q.required, [code for code, _label in q.choices]] for q in self.questions]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]


class AnswerError(ValueError):
    """An answer that is none of those the question takes; `code` names the question."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def cleaned(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are kept; empty ones and questions the kind does not ask are left out.

    Raises AnswerError for a value the question does not take.
    """
    kept = {}
    for question in kind.questions:
        value = given.get(question.code)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        kept[question.code] = _value(question, value)
    return kept


def _value(question: Question, value: Any) -> Any:
    text = str(value).strip()
    if question.kind is Answer.YES_NO:
        allowed = {"yes", "no", "na"}
    elif question.kind is Answer.CHOICE:
        allowed = {code for code, _label in question.choices}
    elif question.kind is Answer.NUMBER:
        return _number(question, text)
    else:
        return text[:LONGEST_TEXT]
    if text not in allowed:
        raise AnswerError(question.code)
    return text


def _number(question: Question, text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise AnswerError(question.code) from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise AnswerError(question.code)
    return format(number, "f")


def missing(kind: Kind, answers: Mapping[str, Any]) -> list[Question]:
    """The questions that must be answered before the activity is done, and are not."""
    return [question for question in kind.questions if question.required and question.code not in answers]


def suggested(kind: Kind, answers: Mapping[str, Any]) -> list[Question]:
    """The questions whose answer calls for a finding."""
    return [question for question in kind.questions if answers.get(question.code) in question.bad]


def score(kind: Kind, answers: Mapping[str, Any]) -> Decimal | None:
    """100 × yes ÷ (yes + no) over the yes-or-no questions; None without a score or an answer that counts."""
    if not kind.scored:
        return None
    asked = [q.code for q in kind.questions if q.kind is Answer.YES_NO]
    told = [answers[code] for code in asked if answers.get(code) in ("yes", "no")]
    if not told:
        return None
    share = Decimal(100 * told.count("yes")) / len(told)
    return share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Point:
    """A place on the earth, in degrees (WGS 84, what devices tell)."""

    latitude: Decimal
    longitude: Decimal


def distance_m(one: Point, other: Point) -> int:
    """The way between two points over the surface of the earth, in whole metres (haversine)."""
    lat1, lon1, lat2, lon2 = (
        radians(float(each)) for each in (one.latitude, one.longitude, other.latitude, other.longitude)
    )
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_M * asin(min(1.0, sqrt(half))))


def is_far(distance: int | None, accuracy: int | None) -> bool:
    """Whether somebody was elsewhere even if the device erred by its whole accuracy."""
    return distance is not None and distance - (accuracy or 0) > NEAR_M


class Light(StrEnum):
    """How a count stands to its quota."""

    RED = "red"
    GREEN = "green"
    OVER = "over"


def quota_light(count: int, least: int, most: int | None = None) -> Light:
    """Red below the least, green from the least to the most, over beyond it."""
    if count < least:
        return Light.RED
    return Light.OVER if most is not None and count > most else Light.GREEN
