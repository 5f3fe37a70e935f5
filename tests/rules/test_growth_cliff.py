"""The quarterly growth rebate: cliff tiers, signed facts, lines that sum to the fen. Source: §6.2."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incentives.rules import growth_cliff
from apps.incentives.rules.growth_cliff import Params
from apps.incentives.rules.outcome import Facts, Sale
from apps.kernel.missing import Missing

PARAMS = Params.read(
    {
        "tiers": [
            {"from": "0", "rate": "0.01"},
            {"from": "0.1", "rate": "0.02"},
            {"from": "0.2", "rate": "0.03"},
        ]
    }
)


def settle(given, last_year, params):
    return growth_cliff.settle(Facts(tuple(given), last_year), params)


def sales(count, amount="100000"):
    return [Sale(f"{no:04d}", D(1), D(amount)) for no in range(count)]


@pytest.mark.parametrize(
    ("units", "growth", "amount"),
    [
        (99, D("-0.01"), D("0.00")),
        (100, D("0"), D("100000.00")),
        (109, D("0.09"), D("109000.00")),
        (110, D("0.1"), D("220000.00")),
        (119, D("0.19"), D("238000.00")),
        (120, D("0.2"), D("360000.00")),
    ],
)
def test_golden_table(units, growth, amount):
    outcome = settle(sales(units), D(100), PARAMS)
    assert outcome.achievement == growth
    assert outcome.amount == amount
    assert sum(line.amount for line in outcome.lines) == amount


def test_a_return_lowers_units_and_base():
    outcome = settle([*sales(110), Sale("ret", D(-1), D("100000"))], D(100), PARAMS)
    assert outcome.achievement == D("0.09")
    assert outcome.base == D("10900000")
    assert outcome.amount == D("109000.00")
    assert {line.key: line.amount for line in outcome.lines}["ret"] == D("-1000.00")
    assert sum(line.amount for line in outcome.lines) == D("109000.00")


def test_no_value_without_last_year_and_never_zero():
    outcome = settle(sales(10), Missing("no_data:2021-01"), PARAMS)
    assert outcome.amount is None
    assert outcome.reason == "no_data:2021-01"


def test_no_value_when_nothing_was_sold_last_year():
    assert settle(sales(10), D(0), PARAMS).reason == "zero_denominator"


def test_no_value_when_a_price_is_unknown():
    outcome = settle([*sales(2), Sale("x", D(1), None)], D(1), PARAMS)
    assert (outcome.amount, outcome.reason) == (None, "amount_missing")


def test_the_rule_reads_in_both_languages():
    assert PARAMS.text("zh-hans").startswith("本季零售台数较去年同季增长达到：0% → 1%；10% → 2%")
    assert "10% → 2%" in PARAMS.text("en")


def test_wrong_parameters_are_refused():
    for stored in ({}, {"tiers": []}, {"tiers": [{"from": "a", "rate": "1"}]}):
        with pytest.raises(ValueError):
            Params.read(stored)


FACTS = st.lists(
    st.tuples(st.sampled_from([1, 1, 1, -1]), st.decimals("0.01", "999999.99", places=2)),
    min_size=1,
    max_size=60,
)


@given(FACTS, st.integers(1, 80), st.randoms())
def test_lines_sum_to_the_amount_whatever_the_order(facts, last_year, random):
    given_sales = [Sale(f"{no:03d}", D(units), amount) for no, (units, amount) in enumerate(facts)]
    outcome = settle(given_sales, D(last_year), PARAMS)
    shuffled = list(given_sales)
    random.shuffle(shuffled)
    assert settle(shuffled, D(last_year), PARAMS) == outcome
    assert sum((line.amount for line in outcome.lines), D(0)) == outcome.amount
