"""Demand told by dealers and added up; no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from apps.forecasting.rules import demand
from apps.forecasting.rules.demand import RollUp, Told

DUE = datetime(2026, 7, 26, tzinfo=UTC)
TOLD = st.builds(
    Told,
    units=st.integers(0, 90),
    forecast=st.none() | st.integers(0, 9000).map(lambda cents: Decimal(cents) / 100),
    told_at=st.none() | st.integers(-9, 9).map(lambda days: DUE + timedelta(days=days)),
)


def test_late_and_overdue_children_are_counted_and_add_nothing() -> None:
    children = [
        Told(12, Decimal("10.4"), DUE - timedelta(days=1)),
        Told(5, None, DUE + timedelta(hours=1)),
        Told(0, Decimal(7), None),
    ]
    before = demand.rolled_up(children, due_at=DUE, now=DUE)
    assert before == RollUp(3, 2, 1, 0, 17, Decimal("17.4"))
    assert demand.rolled_up(children, due_at=DUE, now=DUE + timedelta(seconds=1)).overdue == 1


def test_another_number_than_the_forecast_needs_a_reason() -> None:
    assert demand.proposed(Decimal("10.5")) == 11
    assert not demand.needs_reason(11, Decimal("10.5"))
    assert demand.needs_reason(10, Decimal("10.5"))
    assert not demand.needs_reason(10, None)


def test_agents_stand_under_their_centre_if_it_is_there() -> None:
    centres = {2: 1, 3: 1, 5: 9}
    assert demand.gathered([1, 2, 3, 4, 5], centres) == {1: (1, 2, 3), 4: (4,), 5: (5,)}


@given(st.lists(TOLD, max_size=9), st.integers(0, 9))
def test_the_sum_of_parts_is_the_whole(children: list[Told], cut: int) -> None:
    whole, one, two = (
        demand.rolled_up(part, due_at=DUE, now=DUE + timedelta(days=1))
        for part in (children, children[:cut], children[cut:])
    )
    for name in RollUp.__slots__:
        assert getattr(whole, name) == getattr(one, name) + getattr(two, name)
