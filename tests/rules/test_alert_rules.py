"""Alert episodes: opening, closing, re-opening, re-arming. Source: I-12, story S6."""

from datetime import date
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from apps.alerts.rules import Event, Limits, Side, State, excess_stock_cost, step

LIMITS = Limits(high=D("1.5"), low=D("0.8"))


def play(*values):
    state, events = State(), []
    for value in values:
        state, event = step(state, None if value is None else D(str(value)), LIMITS)
        events.append((event, state.episode))
    return events


def test_equal_to_the_limit_does_not_alert():
    assert play("1.5", "0.8") == [(Event.NONE, 0), (Event.NONE, 0)]


def test_story_of_one_overstocked_store():
    assert play("2.0", "1.67", "1.50", "1.6", "1.43", "1.55", "1.425", "1.51") == [
        (Event.OPENED, 1),
        (Event.CONTINUED, 1),
        (Event.CLOSED, 1),
        (Event.REOPENED, 1),
        (Event.CLOSED, 1),
        (Event.REOPENED, 1),
        (Event.CLOSED, 1),
        (Event.OPENED, 2),
    ]


def test_flapping_around_the_limit_is_one_alert():
    events = play(*["1.51", "1.49"] * 10)
    assert {episode for _, episode in events} == {1}
    assert [event for event, _ in events].count(Event.OPENED) == 1


def test_rearming_happens_without_an_open_episode_too():
    assert play("1.6", "1.45", "1.4", "1.6")[2:] == [(Event.REARMED, 1), (Event.OPENED, 2)]


def test_low_side_has_its_own_rearm_level():
    assert play("0.79", "0.80", "0.79", "0.84", "0.79") == [
        (Event.OPENED, 1),
        (Event.CLOSED, 1),
        (Event.REOPENED, 1),
        (Event.CLOSED, 1),
        (Event.OPENED, 2),
    ]


def test_jump_from_one_side_to_the_other_opens_a_new_episode():
    assert play("2.0", "0.5") == [(Event.OPENED, 1), (Event.OPENED, 2)]


def test_missing_value_neither_opens_nor_closes():
    assert play(None, "1.6", None, "1.4") == [
        (Event.NONE, 0),
        (Event.OPENED, 1),
        (Event.CONTINUED, 1),
        (Event.CLOSED, 1),
    ]


def test_yearly_cost_of_excess_stock():
    assert excess_stock_cost(D(180), D(90), D("1.5"), D(130000), D("0.065")) == D("380250")
    assert excess_stock_cost(D(1350), D(1000), D("1.2"), D(150000), D("0.05")) == D("1125000")
    assert excess_stock_cost(D(1350), D(1000), D("1.2"), D(150000), D("0.07")) == D("1575000")
    assert excess_stock_cost(D(90), D(90), D("1.5"), D(130000), D("0.065")) == 0


@given(st.lists(st.one_of(st.none(), st.decimals(0, 3, places=3)), max_size=40))
def test_an_open_episode_always_lies_beyond_its_limit_when_known(values):
    state = State()
    for value in values:
        before = state
        state, event = step(state, value, LIMITS)
        if value is not None:
            assert state.is_open == (LIMITS.side(value) is not None)
        assert state.episode - before.episode == (event is Event.OPENED)
        if state.is_open:
            assert state.side in (Side.HIGH, Side.LOW)


def test_within_the_cool_down_the_same_alert_opens_again():
    limits = Limits(high=D("1.5"), cooldown_days=7)
    state = State()
    days = [date(2026, 7, day) for day in (1, 2, 8, 9, 20)]
    events = []
    for day, value in zip(days, ("1.6", "1.4", "1.6", "1.4", "1.6"), strict=True):
        state, event = step(state, D(value), limits, day)
        events.append((event, state.episode))
    assert events == [
        (Event.OPENED, 1),
        (Event.CLOSED, 1),
        (Event.REOPENED, 1),
        (Event.CLOSED, 1),
        (Event.OPENED, 2),
    ]
