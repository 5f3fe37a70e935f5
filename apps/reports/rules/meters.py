"""What a quota counts: kinds of activities, about whom, told apart or not; read from the words of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apps.core.roles import Role
from apps.kernel.recurrence import Coverage, Daily, EveryDays, Part, Periodic, Quota, Recurrence, Scope
from apps.work.rules.activities import Subject

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
    "地级城市": "prefecture_city",
}
_TOPICAL = frozenset({"meeting", "promotion"})
"""Kinds told apart by their topic, not by whom they are about."""
_COLLEAGUES = {
    "客户经理及以上": (Role.ACCOUNT_MANAGER, Role.REGION_MANAGER),
    "客户经理": (Role.ACCOUNT_MANAGER,),
}
"""Whom of one's own people a rule means; the first words that fit."""
_EACH_OF = {
    Role.ACCOUNT_MANAGER_2: (Subject.SECOND_TIER, ()),
    Role.KEY_ACCOUNT_MANAGER: (Subject.KEY_ACCOUNT, (Role.KEY_ACCOUNT_CLERK,)),
}
"""Of whom "each" speaks where a rule leaves it to its role: what the role looks after, and its people."""


@dataclass(frozen=True)
class Meter:
    """How the records of one part of a rule are counted.

    With `each` the count is of subjects that reached `minimum`, and as many are needed as there are: those of
    the kinds of `subjects` and the people in the roles `colleagues`. With `different` a subject counts once.
    """

    kinds: tuple[str, ...]
    subjects: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    minimum: int = 1
    different: bool = False
    each: bool = False
    colleagues: tuple[str, ...] = ()


def meter(
    rule: Recurrence, place: int, kinds: Sequence[str], *, role: str = "", each_dealer: bool = False
) -> Meter | None:
    """How a part of a role's rule is counted from records of some kinds; None when nothing is."""
    told, part = tuple(kinds), rule.parts[place]
    if not told:
        return None
    if each_dealer:
        return Meter(told, (Subject.DEALER,), each=True)
    if isinstance(part, Quota):
        return _of_quota(part, told, role)
    if isinstance(part, Periodic):
        return Meter(told, minimum=part.times)
    covered = _covered(rule, part, told)
    return covered or (Meter(told) if isinstance(part, Daily | EveryDays) else None)


def _of_quota(part: Quota, kinds: tuple[str, ...], role: str) -> Meter:
    told = f"{part.subject},{part.distinct}"
    if _TOPICAL & {*kinds}:
        return Meter(kinds, (), _found(told, _TOPICS), part.minimum, bool(part.distinct))
    subjects = _found(told, _SUBJECTS)
    colleagues: tuple[str, ...] = ()
    if part.scope is Scope.PER_SUBJECT:
        colleagues = next((_codes(roles) for words, roles in _COLLEAGUES.items() if words in told), ())
        if not subjects and not colleagues and role in _EACH_OF:
            kept, people = _EACH_OF[Role(role)]
            subjects = (str(kept),)
            colleagues = _codes(people) if "contact" in kinds else ()
    if colleagues:
        subjects = (*subjects, str(Subject.COLLEAGUE))
    each = part.scope is Scope.PER_SUBJECT and bool(subjects)
    return Meter(kinds, subjects, (), part.minimum, bool(part.distinct), each, colleagues)


def _codes(roles: Iterable[Role]) -> tuple[str, ...]:
    return tuple(str(role) for role in roles)


def _covered(rule: Recurrence, part: Part, kinds: tuple[str, ...]) -> Meter | None:
    """Dates beside a coverage: everybody of the subject must have been dealt with."""
    beside = next((each for each in rule.parts if isinstance(each, Coverage)), None)
    if beside is None or part is beside:
        return None
    return Meter(kinds, _found(beside.subject, _SUBJECTS), each=True)


def _found(text: str, words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(str(code) for word, code in words.items() if word in text)
