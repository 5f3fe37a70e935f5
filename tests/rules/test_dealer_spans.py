"""Dated histories have no gap and no overlap, whatever is changed in whatever order."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from apps.dealers.rules import DEPTH, DealerStatus, UnitKind, may_become, may_stand_under, names, spans
from apps.dealers.rules.spans import Span

FIRST = date(2020, 1, 1)
DAYS = st.integers(0, 400).map(lambda days: FIRST + timedelta(days))
CHANGES = st.lists(st.tuples(DAYS, st.sampled_from("ABC")), max_size=12)


def test_a_change_holds_until_the_next_one_on_record() -> None:
    history = (Span(FIRST, None, "A"),)
    later = spans.changed(history, date(2024, 1, 1), "B")
    assert later == (Span(FIRST, date(2024, 1, 1), "A"), Span(date(2024, 1, 1), None, "B"))
    between = spans.changed(later, date(2022, 1, 1), "C")
    assert between == (
        Span(FIRST, date(2022, 1, 1), "A"),
        Span(date(2022, 1, 1), date(2024, 1, 1), "C"),
        Span(date(2024, 1, 1), None, "B"),
    )


def test_the_same_day_again_replaces_and_equal_neighbours_join() -> None:
    history = (Span(FIRST, date(2024, 1, 1), "A"), Span(date(2024, 1, 1), None, "B"))
    assert spans.changed(history, date(2024, 1, 1), "A") == (Span(FIRST, None, "A"),)


def test_a_change_before_the_beginning_moves_the_beginning() -> None:
    earlier = FIRST - timedelta(days=10)
    changed = spans.changed((Span(FIRST, None, "A"),), earlier, "B")
    assert changed == (Span(earlier, FIRST, "B"), Span(FIRST, None, "A"))


@given(CHANGES)
def test_every_day_has_exactly_one_value(changes: list[tuple[date, str]]) -> None:
    history: tuple[Span[str], ...] = (Span(FIRST, None, "A"),)
    for day, value in changes:
        history = spans.changed(history, day, value)
        assert spans.on(history, day) == value
    assert history[0].start == FIRST and history[-1].end is None
    for before, after in itertools.pairwise(history):
        assert before.end == after.start and before.value != after.value
    for day in (FIRST + timedelta(days) for days in range(402)):
        assert sum(span.holds_on(day) for span in history) == 1


@given(st.sampled_from(UnitKind), st.sampled_from(UnitKind))
def test_units_stand_under_higher_levels_only(kind: UnitKind, parent: UnitKind) -> None:
    assert may_stand_under(kind, parent) == (DEPTH[parent] < DEPTH[kind])
    assert not (may_stand_under(kind, parent) and may_stand_under(parent, kind))


def test_a_merged_dealer_stays_merged() -> None:
    assert not any(may_become(DealerStatus.MERGED, status) for status in DealerStatus)
    assert may_become(DealerStatus.CLOSED, DealerStatus.ACTIVE)
    assert not may_become(DealerStatus.ACTIVE, DealerStatus.PREPARING)


def test_names_and_codes() -> None:
    assert names.clean_code("　１１０１２２－01 ") == "110122-01"
    assert names.normalised("北京（嘉瑞雅）汽车 有限责任公司") == names.normalised("北京(嘉瑞雅)汽车有限公司")
    assert names.normalised("C & M Motors, Inc.") == "cmmotorsinc"
    assert names.normalised("北京一汽车有限公司") != names.normalised("北京二汽车有限公司")
    assert names.initials("北京嘉瑞雅") == "bjjry"
    assert names.sort_key("重庆安博") == "chong qing an bo"
    key = names.search_key("D001", "北京嘉瑞雅汽车", "嘉瑞雅")
    assert all(part in key for part in ("d001", "北京嘉瑞雅汽车", "beijingjiaruiyaqiche", "bjjryqc", "jry"))
