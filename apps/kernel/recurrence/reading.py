"""Reads a rule from its short form, or from the Chinese people write it in."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator

from apps.kernel.recurrence import phrases
from apps.kernel.recurrence.parts import (
    Clock,
    Coverage,
    Daily,
    Edge,
    Escalate,
    Event,
    EveryDays,
    MonthDay,
    MonthEnd,
    Offset,
    Part,
    Periodic,
    Quota,
    RecurrenceError,
    Relation,
    Scope,
    Span,
    Standing,
    Xun,
)
from apps.kernel.recurrence.rules import Recurrence
from apps.kernel.workdays import Shift

_REMARK = re.compile(r"\[DD[^\]]*\]|/按计划")
_AFTER = re.compile(r"\s+after\s+(\S+)$")
_SHIFT = re.compile(r"\s*;\s*shift=(\w+)")
_CALL = re.compile(r"\s*([A-Z_]+)\s*(?:\((.*)\))?\s*", re.DOTALL)
_OFFSET = re.compile(r"\+(\d{1,4})(h|小时|工作小时|日|天|工作日)")
_CLOCKS = {
    "h": Clock.HOURS,
    "小时": Clock.HOURS,
    "工作小时": Clock.WORKING_HOURS,
    "日": Clock.DAYS,
    "天": Clock.DAYS,
    "工作日": Clock.WORKDAYS,
}
_OPEN, _CLOSE = "([", ")]"


def parse(text: str) -> Recurrence:
    """The rule a text says, typed in full width or not; RecurrenceError names the piece that says nothing."""
    text = unicodedata.normalize("NFKC", text)
    known = phrases.read(text)
    if known is not None:
        return known
    rest = _REMARK.sub("", text).strip()
    after = shift = ""
    if found := _AFTER.search(rest):
        rest, after = rest[: found.start()], found[1]
    if found := _SHIFT.search(rest):
        rest, shift = rest[: found.start()], found[1]
    try:
        parts = tuple(_part(piece) for piece in _pieces(rest, "+/"))
        return Recurrence(parts, Shift(shift or "none"), after)
    except ValueError as error:
        raise RecurrenceError(f"{text!r}: {error}") from error


def _pieces(text: str, separators: str) -> Iterator[str]:
    """The text cut at separators that stand outside brackets."""
    depth, start = 0, 0
    for place, letter in enumerate(text):
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if letter in separators and depth == 0:
            yield text[start:place].strip()
            start = place + 1
    yield text[start:].strip()


class _Given:
    """The arguments of a call: those by name, and the others in order."""

    def __init__(self, text: str) -> None:
        self.named: dict[str, str] = {}
        self.plain: list[str] = []
        for piece in _pieces(text, ",") if text.strip() else ():
            name, equals, value = piece.partition("=")
            if equals and re.fullmatch(r"[a-z_]+", name):
                self.named[name] = value
            else:
                self.plain.append(piece)

    def whole(self, name: str) -> int | None:
        """A named whole number, if it is there."""
        return _whole(self.named.pop(name)) if name in self.named else None

    def flag(self, word: str) -> bool:
        """Whether a plain word is there."""
        if word in self.plain:
            self.plain.remove(word)
            return True
        return False

    def relation(self) -> Relation:
        """ON unless another one is named."""
        return Relation(self.named.pop("relation", "ON").lower())

    def nothing_left(self) -> None:
        """Every argument was understood."""
        if self.named or self.plain:
            raise RecurrenceError(f"not understood: {[*self.named, *self.plain]}")


def _part(text: str) -> Part:
    found = _CALL.fullmatch(text)
    if found is None or found[1] not in _READERS:
        raise RecurrenceError(f"no such rule: {text!r}")
    given = _Given(found[2] or "")
    part = _READERS[found[1]](given)
    given.nothing_left()
    return part


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,4}", text):
        raise RecurrenceError(f"not a whole number: {text!r}")
    return int(text)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(_whole(each.strip()) for each in text.strip("[]").split(","))


def _first(given: _Given, default: str | None = None) -> str:
    if not given.plain and default is None:
        raise RecurrenceError("something is missing in the brackets")
    return given.plain.pop(0) if given.plain else str(default)


def _daily(given: _Given) -> Part:
    listed = given.named.pop("times", "").strip("[]")
    return Daily(tuple(dt.time.fromisoformat(each.strip()) for each in listed.split(",") if each.strip()))


def _month_day(given: _Given) -> Part:
    clamp = given.flag("CLAMP")
    skip = given.flag("SKIP")
    end = given.named.pop("month_end", "SKIP" if skip and not clamp else "CLAMP").lower()
    exclusive, about = given.flag("EXCLUSIVE"), given.whole("about") or 0
    return MonthDay(_numbers(_first(given)), given.relation(), MonthEnd(end), exclusive, about)


def _xun(given: _Given) -> Part:
    exclusive, with_31 = given.flag("EXCLUSIVE"), given.flag("31")
    return Xun(_numbers(_first(given)), given.relation(), exclusive, with_31)


def _periodic(span: Span) -> Callable[[_Given], Part]:
    return lambda given: Periodic(span, _whole(_first(given, "1")), given.whole("lag") or 0)


def _edge(span: Span, *, end: bool) -> Callable[[_Given], Part]:
    return lambda given: Edge(span, end, _whole(_first(given, "0")))


def _quota(given: _Given) -> Part:
    span = Span((given.named.pop("period", "") or _first(given, "")).lower())
    scope, _, listed = given.named.pop("scope", "TOTAL").partition("[")
    subject = given.named.pop("subject", "") or listed.rstrip("]") or _first(given, "")
    minimum = given.whole("min")
    if minimum is None:
        raise RecurrenceError("a quota says how many")
    target, maximum = given.whole("target"), given.whole("max")
    distinct, split_by = given.named.pop("distinct", ""), given.named.pop("split_by", "")
    return Quota(span, minimum, target, maximum, Scope(scope.lower()), subject, distinct, split_by)


def _coverage(given: _Given) -> Part:
    subject = _first(given, "")
    return Coverage(subject, _whole(_first(given, "100%").rstrip("%")))


def _event(given: _Given) -> Part:
    trigger, _, effect = _first(given, "").partition("→")
    return Event(trigger, _offset(_first(given)) if given.plain else None, effect)


def _escalate(given: _Given) -> Part:
    rule, offset = _first(given, ""), _offset(_first(given, ""))
    return Escalate(rule, offset, _first(given, ""))


def _offset(text: str) -> Offset:
    if text == "当日":
        return Offset(0, Clock.DAYS)
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise RecurrenceError(f"not so long after: {text!r}")
    return Offset(int(found[1]), _CLOCKS[found[2]])


_READERS: dict[str, Callable[[_Given], Part]] = {
    "DAILY": _daily,
    "EVERY_N_DAYS": lambda given: EveryDays(_whole(_first(given)), given.whole("min_gap")),
    "MONTHDAY": _month_day,
    "XUN": _xun,
    "PER_WEEK": _periodic(Span.WEEK),
    "PER_XUN": _periodic(Span.XUN),
    "MONTHLY": _periodic(Span.MONTH),
    "QUARTERLY": _periodic(Span.QUARTER),
    "YEARLY": _periodic(Span.YEAR),
    "MONTH_START": _edge(Span.MONTH, end=False),
    "MONTH_END": _edge(Span.MONTH, end=True),
    "YEAR_START": _edge(Span.YEAR, end=False),
    "YEAR_END": _edge(Span.YEAR, end=True),
    "QUOTA": _quota,
    "COVERAGE": _coverage,
    "EVENT": _event,
    "ESCALATE": _escalate,
    "STANDING": lambda given: Standing(),
}
