"""Money: half up once at named steps, and splits whose parts sum to the whole."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.money import FEN, ROUNDING_STEPS, MoneyError, allocate, register_step, round_step

D = Decimal
CODES = st.text("ABCDEF0123", min_size=1, max_size=4)
WEIGHTS = st.dictionaries(CODES, st.decimals(0, 10**9, places=4), min_size=1, max_size=12).filter(
    lambda weights: any(weights.values())
)
QUANTA = st.sampled_from([FEN, D(1), D("0.1"), D("0.05")])
UNITS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049999", "0.00"),
        ("-0.005", "-0.01"),
        ("-0.004", "0.00"),
        ("2.675", "2.68"),
        ("1687.5", "1687.50"),
    ],
)
def test_steps_round_half_up(value: str, rounded: str) -> None:
    assert str(round_step("settlement.line", D(value))) == rounded


def test_a_step_may_round_to_another_quantum() -> None:
    assert str(round_step("settlement.line", D("2.5"), D(1))) == "3"
    assert str(round_step("health.score", D("74.249"), D("0.1"))) == "74.2"


def test_an_unnamed_step_or_no_number_is_refused() -> None:
    with pytest.raises(MoneyError, match=r"no\.such\.step"):
        round_step("no.such.step", D(1))
    for value in (D("NaN"), D("Infinity")):
        with pytest.raises(MoneyError):
            round_step("settlement.line", value)


def test_a_step_is_registered_with_one_meaning() -> None:
    register_step("test.step", "a figure of this test")
    register_step("test.step", "a figure of this test")
    assert ROUNDING_STEPS["test.step"] == "a figure of this test"
    assert round_step("test.step", D("1.005")) == D("1.01")
    with pytest.raises(MoneyError):
        register_step("test.step", "something else")


@pytest.mark.parametrize(
    ("total", "weights", "quantum", "parts"),
    [
        # all remainders tie, all weights tie: the lower code wins
        ("100", {"b": "1", "a": "1", "c": "1"}, "0.01", {"b": "33.33", "a": "33.34", "c": "33.33"}),
        # remainders tie at one half: the larger weight wins, although its code is higher
        ("2", {"a": "1", "b": "3"}, "1", {"a": "0", "b": "2"}),
        ("-2", {"a": "1", "b": "3"}, "1", {"a": "0", "b": "-2"}),
        ("-100", {"a": "1", "b": "1", "c": "1"}, "0.01", {"a": "-33.34", "b": "-33.33", "c": "-33.33"}),
        ("10", {"a": "33.3", "b": "33.3", "c": "33.4"}, "1", {"a": "3", "b": "3", "c": "4"}),
        ("0.01", {"a": "0", "b": "1"}, "0.01", {"a": "0.00", "b": "0.01"}),
        ("0", {"a": "2", "b": "1"}, "0.01", {"a": "0", "b": "0"}),
        ("7", {"only": "0.0001"}, "1", {"only": "7"}),
    ],
)
def test_largest_remainder(total: str, weights: dict[str, str], quantum: str, parts: dict[str, str]) -> None:
    found = allocate(D(total), {code: D(weight) for code, weight in weights.items()}, D(quantum))
    assert found == {code: D(part) for code, part in parts.items()}


def test_a_part_of_nothing_is_plain_zero() -> None:
    assert {code: str(part) for code, part in allocate(D("-0.01"), {"a": D(1), "b": D(9)}).items()} == {
        "a": "0.00",
        "b": "-0.01",
    }


@pytest.mark.parametrize(
    ("total", "weights", "quantum"),
    [
        ("1.005", [("a", "1")], "0.01"),
        ("1.5", [("a", "1")], "1"),
        ("1", [], "0.01"),
        ("1", [("a", "0")], "0.01"),
        ("1", [("a", "-1"), ("b", "2")], "0.01"),
        ("1", [("a", "1"), ("a", "2")], "0.01"),
        ("1", [("a", "NaN")], "0.01"),
        ("NaN", [("a", "1")], "0.01"),
        ("1", [("a", "1")], "0"),
        ("1", [("a", "1")], "-0.01"),
    ],
)
def test_splits_that_cannot_be_made(total: str, weights: list[tuple[str, str]], quantum: str) -> None:
    with pytest.raises(MoneyError):
        allocate(D(total), [(code, D(weight)) for code, weight in weights], D(quantum))


@given(UNITS, WEIGHTS, QUANTA)
def test_parts_sum_to_the_whole_within_a_quantum_of_the_exact_share(
    units: int, weights: dict[str, Decimal], quantum: Decimal
) -> None:
    total = units * quantum
    parts = allocate(total, weights, quantum)
    whole = sum(map(Fraction, weights.values()))
    assert parts.keys() == weights.keys()
    assert sum(map(Fraction, parts.values())) == Fraction(total)
    for code, part in parts.items():
        exact = Fraction(total) * Fraction(weights[code]) / whole
        assert abs(Fraction(part) - exact) < Fraction(quantum)
        assert part == 0 or (part > 0) == (total > 0)
        assert weights[code] or part == 0


@given(UNITS, WEIGHTS, QUANTA, st.randoms())
def test_the_order_of_weights_is_irrelevant(
    units: int, weights: dict[str, Decimal], quantum: Decimal, order: object
) -> None:
    pairs = list(weights.items())
    order.shuffle(pairs)  # type: ignore[attr-defined]
    assert allocate(units * quantum, pairs, quantum) == allocate(units * quantum, weights, quantum)


@given(UNITS, WEIGHTS)
def test_a_negative_total_mirrors_the_positive_one(units: int, weights: dict[str, Decimal]) -> None:
    positive = allocate(units * FEN, weights)
    assert allocate(-units * FEN, weights) == {code: -part for code, part in positive.items()}


@given(UNITS.map(abs), WEIGHTS, st.integers(1, 1000))
def test_only_proportions_of_weights_count_and_more_weight_never_gets_less(
    units: int, weights: dict[str, Decimal], factor: int
) -> None:
    parts = allocate(units * FEN, weights)
    assert allocate(units * FEN, {code: weight * factor for code, weight in weights.items()}) == parts
    ranked = sorted(weights, key=lambda code: weights[code])
    for lighter, heavier in pairwise(ranked):
        if weights[lighter] < weights[heavier]:
            assert parts[lighter] <= parts[heavier]
