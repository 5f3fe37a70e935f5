"""Recurrence: the grammar, its golden dates, the 140 shipped rules, and laws."""

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.period import Month
from apps.kernel.recurrence import (
    Clock,
    Daily,
    Edge,
    Event,
    EveryDays,
    MonthDay,
    MonthEnd,
    Offset,
    Periodic,
    Quota,
    Recurrence,
    RecurrenceError,
    Relation,
    Scope,
    Span,
    Xun,
    from_data,
    parse,
    stretches,
    to_data,
    words,
)
from apps.kernel.workdays import WEEKENDS_ONLY, Shift
from tests.factories import files
from tests.rules.test_kernel_workdays import CALENDAR

SHIPPED = json.loads(
    (Path(__file__).resolve().parents[2] / "reference" / "duty_rules.json").read_text(encoding="utf-8")
)
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
NUMBERS = st.lists(st.integers(1, 31), min_size=1, max_size=3, unique=True).map(lambda n: tuple(sorted(n)))
TENS = st.lists(st.integers(1, 10), min_size=1, max_size=3, unique=True).map(lambda n: tuple(sorted(n)))
PARTS = st.one_of(
    st.just(Daily()),
    st.builds(EveryDays, st.integers(2, 40)),
    st.builds(MonthDay, NUMBERS, st.sampled_from(Relation), st.sampled_from(MonthEnd), st.booleans()),
    st.builds(Xun, TENS, st.sampled_from(Relation), st.booleans()),
    st.builds(Periodic, st.sampled_from(Span).filter(lambda s: s is not Span.DAY), st.integers(1, 4)),
    st.builds(Edge, st.sampled_from([Span.MONTH, Span.YEAR]), st.booleans(), st.integers(-10, 10)),
)
RULES = st.builds(lambda part, shift: Recurrence((part,), shift), PARTS, st.sampled_from(Shift))


def days(text: str, month: str, calendar=CALENDAR) -> list[int]:
    named = Month.parse(month)
    return [due.on.day for due in parse(text).between(named.first, named.last, calendar)]


def test_the_oracle_of_140_rules() -> None:
    oracle = json.loads(files.content("obligations_seed004.json"))
    shipped = {rule["code"]: rule for rule in SHIPPED}
    counts: dict[str, int] = {}
    assert len(oracle) == len(shipped) == 140
    for rule in oracle:
        ours = shipped[rule["id"]]
        assert (ours["rule"], ours["name_zh"]) == (rule["rule"], rule["zh"])
        for told in (parse(rule["rule"]), from_data(ours["structure"])):
            for text, expected in rule["oracle"].items():
                month = Month.parse(text)
                found = [due.on.day for due in told.between(month.first, month.last)]
                assert found == expected, (rule["id"], text)
        for text, expected in rule["oracle"].items():
            counts[text] = counts.get(text, 0) + len(expected)
    assert sum(bool(rule["oracle"]) for rule in oracle) == 49
    assert counts == {"2024-02": 76, "2025-02": 75, "2025-04": 76, "2025-05": 76}


def test_shipped_rules_say_what_their_text_says_but_for_what_they_are_about() -> None:
    refined = {"GS-12"}
    for rule in SHIPPED:
        plain = [
            {key: value for key, value in part.items() if key != "about"}
            for part in rule["structure"]["parts"]
        ]
        if rule["code"] not in refined:
            assert plain == to_data(parse(rule["rule"]))["parts"], rule["code"]


def test_what_comes_after_is_never_due_before() -> None:
    """domain.md §9.4: along every chain of month days, downstream is due on the same day or later."""
    shipped = {rule["code"]: from_data(rule["structure"]) for rule in SHIPPED}
    linked = 0
    for rule in SHIPPED:
        for upstream in rule.get("after", []):
            assert upstream in shipped
            pair = [shipped[code].parts[0] for code in (upstream, rule["code"])]
            if all(isinstance(part, MonthDay) for part in pair):
                linked += 1
                assert max(pair[0].numbers) <= min(pair[1].numbers), (upstream, rule["code"])
    assert linked > 25


@pytest.mark.parametrize(
    ("text", "month", "expected"),
    [
        ("每月18日, 遇假日提前", "2026-10", [16]),
        ("每月18日,遇节假日顺延", "2026-10", [19]),
        ("月末−2工作日", "2026-10", [29]),
        ("月末-2工作日", "2026-07", [29]),
        ("月初+3工作日", "2026-10", [10]),
        ("逢10", "2024-02", [10, 20, 29]),
        ("逢10", "2025-02", [10, 20, 28]),
        ("逢10", "2026-07", [10, 20, 30]),
        ("逢2/5/10", "2026-07", [2, 5, 10, 12, 15, 20, 22, 25, 30]),
        ("XUN([8,9])", "2025-02", [8, 9, 18, 19, 28]),
        ("XUN(1)", "2026-07", [1, 11, 21]),
        ("XUN(1,31)", "2026-07", [1, 11, 21, 31]),
        ("XUN(1,31)", "2026-06", [1, 11, 21]),
        ("XUN(2,relation=BEFORE)", "2026-07", [2, 12, 22]),
        ("XUN(2,EXCLUSIVE,relation=BEFORE)", "2026-07", [1, 11, 21]),
        ("MONTHDAY(30,CLAMP)", "2026-02", [28]),
        ("MONTHDAY(30,SKIP)", "2026-02", []),
        ("MONTHDAY(31)", "2026-04", [30]),
        ("MONTHDAY(1,EXCLUSIVE,relation=BEFORE)", "2026-06", [30]),
        ("EVERY_N_DAYS(10)", "2026-07", [8, 18, 28]),
        ("PER_XUN(1)", "2026-02", [10, 20, 28]),
        ("MONTHLY(1,lag=10)", "2026-07", [10]),
        ("QUARTERLY(1,lag=20)", "2026-07", [20]),
        ("YEARLY(1,lag=120)", "2026-04", [30]),
        ("QUOTA(period=WEEK,min=1)", "2026-07", [5, 12, 19, 26]),
        ("QUOTA(period=MONTH,min=10)", "2026-02", [28]),
        ("YEAR_START", "2026-01", [1]),
        ("YEAR_END", "2026-12", [31]),
        ("STANDING", "2026-06", [30]),
        ("EVENT(到货)", "2026-07", []),
    ],
)
def test_golden_dates(text: str, month: str, expected: list[int]) -> None:
    assert days(text, month) == expected


def test_what_a_date_is_about() -> None:
    july = Month(2026, 7)
    statement = parse("MONTHLY(1,lag=10)").between(july.first, july.last)[0]
    assert (statement.on, statement.since, statement.until) == (
        date(2026, 7, 10),
        date(2026, 6, 1),
        date(2026, 6, 30),
    )
    plan = parse("MONTHDAY(18,about=1)").between(july.first, july.last)[0]
    assert (plan.since, plan.until) == (date(2026, 8, 1), date(2026, 8, 31))
    tens = parse("XUN(10)").between(july.first, july.last)[2]
    assert (tens.on, tens.since, tens.until) == (date(2026, 7, 30), date(2026, 7, 21), date(2026, 7, 31))


def test_a_deadline_moved_out_of_its_month_still_belongs_to_it() -> None:
    rule = parse("月末, 遇假日顺延")
    october = rule.between(date(2026, 10, 1), date(2026, 10, 31), CALENDAR)  # the 31st is a Saturday
    assert [(due.on, due.nominal) for due in october] == [(date(2026, 11, 2), date(2026, 10, 31))]
    november = rule.between(date(2026, 11, 1), date(2026, 11, 30), CALENDAR)
    assert [due.nominal for due in november] == [date(2026, 11, 30)]


def test_every_day_skips_days_off_when_deadlines_move() -> None:
    assert days("每天, 遇假日提前", "2026-10")[:4] == [8, 9, 10, 12]
    assert len(days("每天", "2026-10")) == 31
    four = parse("DAILY(times=[08:00,11:00,14:00,18:00])").between(date(2026, 7, 1), date(2026, 7, 1))
    assert [due.at for due in four] == [time(8), time(11), time(14), time(18)]


def test_two_dates_that_fall_together_are_one() -> None:
    assert days("逢9、10, 遇假日提前", "2026-10") == [9, 10, 19, 20, 29, 30]
    assert days("每月17、18日, 遇假日提前", "2026-10") == [16]


@pytest.mark.parametrize(
    ("text", "at", "due"),
    [
        ("EVENT(重大质量问题,+4工作小时)", "2026-09-30 16:00", "2026-10-08 11:00"),
        ("EVENT(到货异常,+2日)", "2026-07-10 16:00", "2026-07-12 18:00"),
        ("EVENT(到货异常,+0h)", "2026-07-10 16:00", "2026-07-10 16:00"),
        ("EVENT(公司通报发布,+1工作日[DD])", "2026-07-10 16:00", "2026-07-13 18:00"),
        ("EVENT(文件到达,当日)", "2026-07-10 16:00", "2026-07-10 18:00"),
        ("ESCALATE(A1-11,+4工作小时)", "2026-07-10 10:00", "2026-07-10 15:00"),
        ("4小时内", "2026-07-10 22:00", "2026-07-11 02:00"),
        ("客户投诉后24小时内", "2026-07-10 22:00", "2026-07-11 22:00"),
    ],
)
def test_after_an_event(text: str, at: str, due: str) -> None:
    begun = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert f"{parse(text).due_after(begun, CALENDAR, time(18)):%Y-%m-%d %H:%M}" == due


def test_an_event_without_an_offset_has_no_deadline() -> None:
    assert parse("EVENT(到货)").due_after(datetime(2026, 7, 1, tzinfo=UTC), CALENDAR) is None


def test_quotas_keep_every_word() -> None:
    rule = parse("QUOTA(period=QUARTER,min=1,max=3,subject=会议[客户经理会,经销商会],split_by=片区)")
    assert rule.parts == (
        Quota(Span.QUARTER, 1, None, 3, subject="会议[客户经理会,经销商会]", split_by="片区"),
    )
    both = parse("QUOTA(period=YEAR,min=2,subject=展会)+QUOTA(YEAR,min=1,联谊会)").parts
    assert both == (Quota(Span.YEAR, 2, subject="展会"), Quota(Span.YEAR, 1, subject="联谊会"))
    each = parse("QUOTA(period=MONTH,min=3,target=5,scope=PER_SUBJECT[经销商,客户经理])").parts[0]
    assert each == Quota(Span.MONTH, 3, 5, scope=Scope.PER_SUBJECT, subject="经销商,客户经理")
    assert parse("重大质量问题后4工作小时内").parts == (
        Event("重大质量问题", Offset(4, Clock.WORKING_HOURS)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "每个月底",
        "MONTHDAY",
        "MONTHDAY(32)",
        "MONTHDAY(0)",
        "XUN(11)",
        "XUN(2,31)",
        "XUN(2,relation=AFTER)",
        "QUOTA(period=MONTH)",
        "QUOTA(period=MONTH,min=5,target=3)",
        "EVERY_N_DAYS(0)",
        "EVENT(到货,+很快)",
        "SOMETIMES(3)",
        "MONTHDAY(3,colour=red)",
        "月末-2周",
    ],
)
def test_what_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(RecurrenceError):
        parse(text)


def test_words_in_both_languages() -> None:
    assert words(parse("XUN(2,relation=BEFORE)"), "zh") == "逢2前"
    assert words(parse("每月18日,遇假日提前"), "en-us") == (
        "every month on the 18th; on a day off, the working day before"
    )
    assert words(parse("MONTH_END(-2)"), "en") == "2 working days before the end of every month"
    for rule in SHIPPED:
        told = from_data(rule["structure"])
        assert words(told, "zh") and words(told, "en")


@given(RULES)
def test_chinese_words_read_back_as_the_same_rule(rule: Recurrence) -> None:
    assert parse(words(rule, "zh")) == rule


@given(RULES)
def test_data_read_back_as_the_same_rule(rule: Recurrence) -> None:
    assert from_data(json.loads(json.dumps(to_data(rule)))) == rule


@given(RULES, DAYS, st.integers(0, 90), st.integers(0, 90))
def test_cutting_a_span_loses_and_adds_nothing(rule: Recurrence, day: date, one: int, other: int) -> None:
    """Generating month by month gives what generating all at once gives."""
    middle = day + timedelta(one)
    last = middle + timedelta(other + 1)
    whole = rule.between(day, last, CALENDAR, shift=Shift.NONE)
    cut = rule.between(day, middle, CALENDAR, shift=Shift.NONE)
    cut += rule.between(middle + timedelta(1), last, CALENDAR, shift=Shift.NONE)
    assert sorted(cut) == sorted(whole)


@given(RULES, DAYS)
def test_dates_rise_lie_inside_and_hold_what_they_are_about(rule: Recurrence, day: date) -> None:
    last = day + timedelta(100)
    found = rule.between(day, last, CALENDAR)
    assert all(day <= due.nominal <= last for due in found)
    assert all(due.since <= due.until for due in found)
    assert [due.on for due in found] == sorted(due.on for due in found)
    assert len({(due.part, due.on, due.at) for due in found}) == len(found)
    if rule.shift is not Shift.NONE:
        assert all(CALENDAR.is_workday(due.on) for due in found)


@given(RULES, DAYS)
def test_the_next_dates_begin_where_they_should(rule: Recurrence, day: date) -> None:
    found = rule.following(day, 12, CALENDAR, shift=Shift.NONE)
    assert len(found) == 12
    assert found[0].nominal >= day
    again = rule.between(day, found[-1].nominal, CALENDAR, shift=Shift.NONE)
    assert again[:12] == found


@given(st.sampled_from(Span), DAYS)
def test_stretches_tile(span: Span, day: date) -> None:
    found = list(stretches(span, day, day + timedelta(800)))
    assert all(one[1] + timedelta(1) == other[0] for one, other in pairwise(found))


def test_a_rule_of_events_has_no_next_dates() -> None:
    assert parse("EVENT(到货)").following(date(2026, 7, 1), 12, WEEKENDS_ONLY) == []
