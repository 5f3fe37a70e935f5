"""What a quota counts: kinds of activities, about whom, told apart or not; read from the words of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apps.kernel.recurrence import Coverage, Daily, EveryDays, Part, Periodic, Quota, Recurrence, Scope
from apps.work.rules.activities import Subject

KINDS = {
    "work.visits": ("visit",),
    "work.contacts": ("contact",),
    "work.contacts_and_visits": ("contact", "visit"),
    "work.meetings": ("meeting",),
    "work.bulletins": ("bulletin",),
    "work.displays": ("display_check",),
}
"""The proofs rules may name, with the kinds of activities they count."""

_SUBJECTS = {
    "二级网点": Subject.SECOND_TIER,
    "零售终端": Subject.RETAIL,
    "大客户": Subject.KEY_ACCOUNT,
    "经销商": Subject.DEALER,
}
_TOPICS = {
    "客户经理会": "account_managers",
    "区域经理会": "region_managers",
    "经销商会": "dealers",
    "展会": "trade_fair",
    "联谊会": "social",
}


@dataclass(frozen=True)
class Meter:
    """How the records of one part of a rule are counted.

    With `each` the count is of subjects that reached `minimum`, and as many are needed as there are; with
    `different` a subject counts once.
    """

    kinds: tuple[str, ...]
    subjects: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    minimum: int = 1
    different: bool = False
    each: bool = False


def meter(rule: Recurrence, place: int, proof: str) -> Meter | None:
    """How a part of a rule is counted; None when nothing is."""
    kinds, part = KINDS.get(proof), rule.parts[place]
    if kinds is None:
        return None
    if isinstance(part, Quota):
        told = f"{part.subject},{part.distinct}"
        topics = () if "meeting" not in kinds else _found(told, _TOPICS)
        subjects = () if "meeting" in kinds else _found(told, _SUBJECTS)
        each = part.scope is Scope.PER_SUBJECT and bool(subjects)
        return Meter(kinds, subjects, topics, part.minimum, bool(part.distinct), each)
    if isinstance(part, Periodic):
        return Meter(kinds, minimum=part.times)
    covered = _covered(rule, part, kinds)
    return covered or (Meter(kinds) if isinstance(part, Daily | EveryDays) else None)


def _covered(rule: Recurrence, part: Part, kinds: tuple[str, ...]) -> Meter | None:
    """Dates beside a coverage: everybody of the subject must have been dealt with."""
    beside = next((each for each in rule.parts if isinstance(each, Coverage)), None)
    if beside is None or part is beside:
        return None
    return Meter(kinds, _found(beside.subject, _SUBJECTS), each=True)


def _found(text: str, words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(str(code) for word, code in words.items() if word in text)
