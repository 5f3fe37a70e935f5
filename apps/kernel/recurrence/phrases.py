"""The Chinese in which people write when something is due: 逢2前, 每月18日, 月末-2工作日, 遇假日提前."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from apps.kernel.recurrence.parts import (
    Clock,
    Daily,
    Edge,
    Event,
    EveryDays,
    MonthDay,
    MonthEnd,
    Offset,
    Part,
    Periodic,
    Quota,
    Relation,
    Span,
    Standing,
    Xun,
)
from apps.kernel.recurrence.rules import Recurrence
from apps.kernel.workdays import Shift

SPANS = {"周": Span.WEEK, "旬": Span.XUN, "月": Span.MONTH, "季": Span.QUARTER, "年": Span.YEAR}
SHIFTS = {"提前": Shift.PREVIOUS, "顺延": Shift.NEXT}
CLOCKS = {
    "小时": Clock.HOURS,
    "工作小时": Clock.WORKING_HOURS,
    "天": Clock.DAYS,
    "日": Clock.DAYS,
    "工作日": Clock.WORKDAYS,
}
_NUMBERS = r"(\d{1,2}(?:[、/]\d{1,2})*)"
_BEFORE = r"(前)?(\(不含当日\))?"


@dataclass(frozen=True, slots=True)
class _Phrase:
    form: re.Pattern[str]
    make: Callable[[re.Match[str]], Part]


def read(text: str) -> Recurrence | None:
    """The rule a Chinese text says; None when it says none."""
    plain = re.sub(r"\s", "", text).translate(str.maketrans(",;()－−–", ",;()---"))
    pieces = [piece for piece in re.split(r"[,;]", plain) if piece]
    shift = Shift.NONE
    parts: list[Part] = []
    for piece in pieces:
        moved = re.fullmatch(r"遇(?:节)?假日(提前|顺延)", piece)
        part = None if moved else _part(piece)
        if moved:
            shift = SHIFTS[moved[1]]
        elif part is None:
            return None
        else:
            parts.append(part)
    return Recurrence(tuple(parts), shift) if parts else None


def _part(text: str) -> Part | None:
    for phrase in _PHRASES:
        if found := phrase.form.fullmatch(text):
            return phrase.make(found)
    return None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.split(r"[、/]", text))


def _relation(by: str | None, before: str | None) -> Relation:
    return Relation.BY if by else Relation.BEFORE if before else Relation.ON


def _month_day(found: re.Match[str]) -> Part:
    by, listed, before, exclusive, skip = found.groups()
    end = MonthEnd.SKIP if skip else MonthEnd.CLAMP
    return MonthDay(_numbers(listed), _relation(by, before), end, bool(exclusive))


def _xun(found: re.Match[str]) -> Part:
    by, listed, before, exclusive, with_31 = found.groups()
    return Xun(_numbers(listed), _relation(by, before), bool(exclusive), bool(with_31))


def _edge(found: re.Match[str]) -> Part:
    span, edge, sign, count = found.groups()
    return Edge(SPANS[span], edge == "末", int(f"{sign}{count}") if count else 0)


def _quota(found: re.Match[str]) -> Part:
    return Quota(SPANS[found[1]], int(found[2]), subject=found[3] or "")


def _event(found: re.Match[str]) -> Part:
    return Event(found[1] or "", Offset(int(found[2]), CLOCKS[found[3]]))


_PHRASES = tuple(
    _Phrase(re.compile(form), make)
    for form, make in (
        (r"每[天日]", lambda _: Daily()),
        (r"每(\d{1,3})[天日](?:一次)?", lambda found: EveryDays(int(found[1]))),
        (rf"(最迟)?每月{_NUMBERS}[日号]{_BEFORE}(\(无此日则免\))?", _month_day),
        (rf"(最迟)?逢{_NUMBERS}{_BEFORE}(\(含31日\))?", _xun),
        (r"([月年])([初末])(?:([+-])(\d{1,2})(?:个)?工作日)?", _edge),
        (
            r"每([周旬月季年])(?:度)?(?:(\d{1,3})次)?(?:\(结束后(\d{1,3})天内\))?",
            lambda found: Periodic(SPANS[found[1]], int(found[2] or 1), int(found[3] or 0)),
        ),
        (r"每([周旬月季年])(?:度)?(?:不少于|至少)(\d{1,4})(?:次|家次|家|场)?(.*)", _quota),
        (r"(?:(.+)后)?(\d{1,4})(小时|工作小时|天|日|工作日)内", _event),
        (r"常态", lambda _: Standing()),
    )
)
