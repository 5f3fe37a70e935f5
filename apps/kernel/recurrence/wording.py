"""A rule in words: its short form, and what it says in Chinese and English."""

from collections.abc import Callable
from typing import Any

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
    Relation,
    Scope,
    Span,
    Standing,
    Xun,
)
from apps.kernel.recurrence.rules import Recurrence
from apps.kernel.workdays import Shift

ZH, EN = "zh", "en"
_SPAN_ZH = {
    Span.DAY: "天",
    Span.WEEK: "周",
    Span.XUN: "旬",
    Span.MONTH: "月",
    Span.QUARTER: "季",
    Span.YEAR: "年",
}
_SPAN_EN = {
    Span.DAY: "day",
    Span.WEEK: "week",
    Span.XUN: "ten-day period",
    Span.MONTH: "month",
    Span.QUARTER: "quarter",
    Span.YEAR: "year",
}
_CLOCK_ZH = {Clock.HOURS: "小时", Clock.WORKING_HOURS: "工作小时", Clock.DAYS: "天", Clock.WORKDAYS: "工作日"}
_CLOCK_EN = {
    Clock.HOURS: "hours",
    Clock.WORKING_HOURS: "working hours",
    Clock.DAYS: "days",
    Clock.WORKDAYS: "working days",
}
_SHIFT = {
    ZH: {Shift.PREVIOUS: ", 遇假日提前", Shift.NEXT: ", 遇假日顺延"},
    EN: {
        Shift.PREVIOUS: "; on a day off, the working day before",
        Shift.NEXT: "; on a day off, the working day after",
    },
}
_LAST_OF_TEN = 10


def words(rule: Recurrence, language: str, *, shift: Shift | None = None) -> str:
    """What a rule says, for people; `language` is zh or en, `shift` takes the place of the rule's own."""
    language = EN if language.startswith(EN) else ZH
    table = _ZH if language == ZH else _EN
    said = (", " if language == ZH else "; ").join(table[type(part)](part) for part in rule.parts)
    if rule.after:
        said += f", 在 {rule.after} 之后" if language == ZH else f", after {rule.after}"
    return said + _SHIFT[language].get(rule.shift if shift is None else shift, "")


def _listed(numbers: tuple[int, ...]) -> str:
    return "、".join(map(str, numbers))


def _around(part: MonthDay | Xun, core: str) -> str:
    by = "最迟" if part.relation is Relation.BY else ""
    before = "前" if part.relation is Relation.BEFORE else ""
    return by + core + before + ("(不含当日)" if part.exclusive else "")


def _zh_month_day(part: MonthDay) -> str:
    skip = "(无此日则免)" if part.month_end is MonthEnd.SKIP else ""
    return _around(part, f"每月{_listed(part.numbers)}日") + skip


def _zh_xun(part: Xun) -> str:
    return _around(part, f"逢{_listed(part.numbers)}") + ("(含31日)" if part.with_31 else "")


def _zh_edge(part: Edge) -> str:
    core = f"{_SPAN_ZH[part.span]}{'末' if part.end else '初'}"
    return core + (f"{part.workdays:+d}工作日" if part.workdays else "")


def _zh_periodic(part: Periodic) -> str:
    times = f"{part.times}次" if part.times > 1 else ""
    return f"每{_SPAN_ZH[part.span]}{times}" + (f"(结束后{part.lag}天内)" if part.lag else "")


def _zh_quota(part: Quota) -> str:
    more = f",目标{part.target}" if part.target else ""
    more += f",不超过{part.maximum}" if part.maximum else ""
    each = "每个对象" if part.scope is Scope.PER_SUBJECT else ""
    about = part.subject or part.distinct
    return f"每{_SPAN_ZH[part.span]}{each}不少于{part.minimum}次{more}" + (f"({about})" if about else "")


def _zh_daily(part: Daily) -> str:
    return "每天" + "、".join(f"{at:%H:%M}" for at in part.times)


def _zh_offset(offset: Offset) -> str:
    return "当天" if offset == Offset(0, Clock.DAYS) else f"{offset.amount}{_CLOCK_ZH[offset.clock]}内"


def _zh_event(part: Event) -> str:
    due = _zh_offset(part.offset) if part.offset else "及时"
    return f"{part.trigger}后{due}" + (f" → {part.effect}" if part.effect else "")


_ZH: dict[type[Part], Callable[[Any], str]] = {
    Daily: _zh_daily,
    EveryDays: lambda part: f"每{part.n}天" + (f"(间隔至少{part.min_gap}天)" if part.min_gap else ""),
    MonthDay: _zh_month_day,
    Xun: _zh_xun,
    Periodic: _zh_periodic,
    Edge: _zh_edge,
    Quota: _zh_quota,
    Coverage: lambda part: f"覆盖{part.subject}的{part.percent}%",
    Event: _zh_event,
    Escalate: lambda part: f"{part.rule} {_zh_offset(part.offset)}无反馈则升级{part.to}",
    Standing: lambda _: "常态",
}


def _ordinal(number: int) -> str:
    if number in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _en_relation(part: MonthDay | Xun) -> str:
    return {Relation.ON: "on", Relation.BEFORE: "before the end of", Relation.BY: "by"}[part.relation] + (
        " the day before" if part.exclusive else ""
    )


def _en_month_day(part: MonthDay) -> str:
    days = ", ".join(map(_ordinal, part.numbers))
    skip = " (none in months without it)" if part.month_end is MonthEnd.SKIP else ""
    return f"every month {_en_relation(part)} the {days}{skip}"


def _en_xun(part: Xun) -> str:
    days = ", ".join("the last day" if number == _LAST_OF_TEN else f"day {number}" for number in part.numbers)
    more = " (and the 31st)" if part.with_31 else ""
    return f"every ten-day period {_en_relation(part)} {days}{more}"


def _en_edge(part: Edge) -> str:
    edge = f"the {'end' if part.end else 'beginning'} of every {_SPAN_EN[part.span]}"
    if not part.workdays:
        return f"at {edge}"
    return f"{abs(part.workdays)} working days {'before' if part.workdays < 0 else 'after'} {edge}"


def _en_periodic(part: Periodic) -> str:
    times = f"{part.times} times " if part.times > 1 else ""
    lag = f", within {part.lag} days after its end" if part.lag else ""
    return f"{times}every {_SPAN_EN[part.span]}{lag}"


def _en_quota(part: Quota) -> str:
    more = f", target {part.target}" if part.target else ""
    more += f", at most {part.maximum}" if part.maximum else ""
    each = " for each subject" if part.scope is Scope.PER_SUBJECT else ""
    about = part.subject or part.distinct
    count = "once" if part.minimum == 1 else f"{part.minimum} times"
    return f"at least {count} every {_SPAN_EN[part.span]}{each}{more}" + (f" ({about})" if about else "")


def _en_offset(offset: Offset) -> str:
    if offset == Offset(0, Clock.DAYS):
        return "the same day"
    return f"within {offset.amount} {_CLOCK_EN[offset.clock]}"


def _en_event(part: Event) -> str:
    due = _en_offset(part.offset) if part.offset else "promptly"
    return f"{due} after {part.trigger}" + (f" → {part.effect}" if part.effect else "")


_EN: dict[type[Part], Callable[[Any], str]] = {
    Daily: lambda part: "every day" + ("".join(f" {at:%H:%M}" for at in part.times)),
    EveryDays: lambda part: f"every {part.n} days" + (f", {part.min_gap} apart" if part.min_gap else ""),
    MonthDay: _en_month_day,
    Xun: _en_xun,
    Periodic: _en_periodic,
    Edge: _en_edge,
    Quota: _en_quota,
    Coverage: lambda part: f"covering {part.percent} % of {part.subject}",
    Event: _en_event,
    Escalate: lambda part: f"escalates {part.rule} unanswered {_en_offset(part.offset)} {part.to}".strip(),
    Standing: lambda _: "always, attested every month",
}
