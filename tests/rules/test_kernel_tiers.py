"""Tier tables: the golden vectors of domain.md §6.2 and the laws of cliff, marginal and linear."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel import tiers
from apps.kernel.tiers import Tier, TierError, TierTable

D = Decimal
SALES = TierTable.of(
    [(D("0.80"), D("0.01")), (D("0.95"), D("0.02")), (D("1.00"), D("0.03")), (D("1.10"), D("0.035"))]
)
UNITS = TierTable.of([(D(0), D("0.01")), (D(50), D("0.02")), (D(80), D("0.03"))])
CONTRACT = TierTable.of([(D(5000), D("0.02")), (D(10000), D("0.04"))])

BOUNDS = st.lists(st.decimals(-100, 1000, places=2), min_size=1, max_size=6, unique=True).map(sorted)
AMOUNTS = st.decimals(0, 10**8, places=2)
MEASURES = st.decimals(-200, 1200, places=3)


@st.composite
def rising_tables(draw: st.DrawFn) -> TierTable:
    bounds = draw(BOUNDS)
    rates = sorted(draw(st.lists(st.decimals(0, 1, places=4), min_size=len(bounds), max_size=len(bounds))))
    return TierTable.of(zip(bounds, rates, strict=True))


@pytest.mark.parametrize(
    ("achievement", "amount", "band"),
    [
        ("0.7999", "0", 0),
        ("0.80", "120000", 1),
        ("0.9499", "120000", 1),
        ("0.95", "240000", 2),
        ("1.00", "360000", 3),
        ("1.0999", "360000", 3),
        ("1.10", "420000", 4),
        ("5", "420000", 4),
        ("0", "0", 0),
    ],
)
def test_cliff_pays_the_reached_rate_on_the_whole_base(achievement: str, amount: str, band: int) -> None:
    found = SALES.cliff(D(12_000_000), D(achievement))
    assert (found.amount, found.band.no) == (D(amount), band)
    assert found.rate == SALES.rate_of(D(achievement))
    assert found.steps[-1].result == D(amount)


@pytest.mark.parametrize(
    ("quantity", "amount"),
    [
        ("0", "0"),
        ("-3", "0"),
        ("50", "50000"),
        ("51", "52000"),
        ("80", "110000"),
        ("81", "113000"),
        ("100", "170000"),
    ],
)
def test_marginal_pays_each_slice_at_its_own_rate(quantity: str, amount: str) -> None:
    found = UNITS.marginal(D(quantity), D(100_000))
    assert found.amount == D(amount)
    assert found.steps[-1].result == D(amount)
    assert sum(step.result for step in found.steps[:-1] if isinstance(step.result, Decimal)) == D(amount)


def test_linear_pays_by_achievement_within_its_limits() -> None:
    base = D(200_000) * 100
    assert tiers.linear(base, D("0.02"), D("0.93")).amount == D(372_000)
    assert tiers.linear(base, D("0.02"), D("1.20")).amount == D(400_000)
    assert tiers.linear(base, D("0.02"), D("1.20"), cap=D("1.1")).amount == D(440_000)
    assert tiers.linear(base, D("0.02"), D("1.20"), cap=None).amount == D(480_000)
    assert tiers.linear(base, D("0.02"), D("0.3"), floor=D("0.5")).amount == D(200_000)
    assert tiers.linear(base, D("0.02"), D("-0.3")).amount == D(0)
    assert tiers.linear(base, D("0.02"), D("0.3"), floor=D(1)).amount == D(400_000)
    with pytest.raises(TierError):
        tiers.linear(base, D("0.02"), D(1), floor=D(2))


def test_marginal_explains_only_slices_that_hold_something() -> None:
    assert [step.inputs.get("To") for step in UNITS.marginal(D(50), D(1)).steps] == [D(50), None]
    assert [step.inputs.get("To") for step in UNITS.marginal(D(81), D(1)).steps] == [
        D(50),
        D(80),
        D(81),
        None,
    ]


def test_cross_region_clawback() -> None:
    """150,000 × 4 % × 75 % × 2 units."""
    assert tiers.linear(D(150_000) * 2, D("0.04"), D("0.75")).amount == D(9_000)


def test_condition_contract_with_monthly_partial_settlement() -> None:
    paid, payments = D(0), []
    for cumulative in (D(3_000), D(7_000), D(27_000)):
        due = CONTRACT.retroactive(cumulative, cumulative, paid).amount
        paid += due
        payments.append(due)
    assert payments == [D(0), D(140), D(940)]
    assert paid == D(1_080)


def test_a_fallen_base_is_clawed_back() -> None:
    assert CONTRACT.retroactive(D(4_000), D(4_000), D(140)).amount == D(-140)


def test_the_next_step_names_what_is_missing() -> None:
    step = SALES.next_step(D("0.93"), D(12_000_000))
    assert step is not None
    assert (step.lower, step.rate, step.distance, step.gain) == (D("0.95"), D("0.02"), D("0.02"), D(120_000))
    below = SALES.next_step(D("0.5"))
    assert below is not None
    assert (below.lower, below.distance, below.gain) == (D("0.80"), D("0.30"), None)
    reached = SALES.next_step(D("0.95"))
    assert reached is not None and reached.lower == D("1.00")
    assert SALES.next_step(D("1.10")) is None


def test_bands_are_half_open() -> None:
    band = SALES.band_of(D("0.95"))
    assert (band.no, band.lower, band.upper, band.rate) == (2, D("0.95"), D("1.00"), D("0.02"))
    lowest = SALES.band_of(D("0.7999999999999999999999"))
    assert (lowest.no, lowest.lower, lowest.upper, lowest.rate) == (0, None, D("0.80"), D(0))
    assert SALES.bands[-1].upper is None


@pytest.mark.parametrize("lowers", [[], [2, 1], [1, 1], [D("NaN")], [1, D("Infinity")]])
def test_tables_that_do_not_ascend_are_refused(lowers: list[Decimal | int]) -> None:
    with pytest.raises(TierError):
        TierTable(tuple(Tier(D(lower), D("0.01")) for lower in lowers))


@given(rising_tables(), AMOUNTS, MEASURES, MEASURES)
def test_rising_rates_give_rising_amounts(
    table: TierTable, base: Decimal, one: Decimal, two: Decimal
) -> None:
    assert table.is_monotone
    low, high = sorted((one, two))
    assert table.cliff(base, low).amount <= table.cliff(base, high).amount


def test_a_falling_rate_is_flagged() -> None:
    assert not TierTable.of([(D(0), D("0.02")), (D(1), D("0.01"))]).is_monotone


@given(rising_tables(), MEASURES)
def test_every_measure_lies_in_exactly_one_band(table: TierTable, measure: Decimal) -> None:
    def holds(lower: Decimal | None, upper: Decimal | None) -> bool:
        return (lower is None or measure >= lower) and (upper is None or measure < upper)

    assert [band for band in table.bands if holds(band.lower, band.upper)] == [table.band_of(measure)]
    assert all(before.upper == after.lower for before, after in pairwise(table.bands))
    assert table.rate_of(measure) == table.band_of(measure).rate


@given(rising_tables(), MEASURES, MEASURES)
def test_marginal_never_falls_and_never_beats_cliff_on_rising_rates(
    table: TierTable, one: Decimal, two: Decimal
) -> None:
    low, high = sorted((one, two))
    assert table.marginal(low, D(1)).amount <= table.marginal(high, D(1)).amount
    start = table.tiers[0].lower
    assert table.marginal(high, D(1)).amount <= table.rate_of(high) * max(high - start, D(0))


@given(st.integers(0, 120))
def test_marginal_is_the_sum_over_single_units(quantity: int) -> None:
    units = sum((UNITS.rate_of(D(unit)) * 100_000 for unit in range(quantity)), D(0))
    assert UNITS.marginal(D(quantity), D(100_000)).amount == units


@given(rising_tables(), st.lists(AMOUNTS, min_size=1, max_size=6))
def test_partial_settlements_add_up_to_the_final_amount(table: TierTable, months: list[Decimal]) -> None:
    cumulative, paid = D(0), D(0)
    for month in months:
        cumulative += month
        paid += table.retroactive(cumulative, cumulative, paid).amount
    assert paid == table.cliff(cumulative, cumulative).amount


@given(AMOUNTS, st.decimals(0, 1, places=4), st.decimals(-2, 3, places=4))
def test_linear_stays_between_its_limits(base: Decimal, rate: Decimal, achievement: Decimal) -> None:
    amount = tiers.linear(base, rate, achievement, floor=D("0.2"), cap=D("1.2")).amount
    assert base * rate * D("0.2") <= amount <= base * rate * D("1.2")
