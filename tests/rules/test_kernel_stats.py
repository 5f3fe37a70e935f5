"""Order statistics: percentiles as percentile_cont, and the mean of the best quarter."""

import statistics
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel import stats
from apps.kernel.missing import Missing

D = Decimal
VALUES = st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("share", "value"),
    [("0", "10"), ("0.25", "17.5"), ("0.5", "25"), ("0.75", "32.5"), ("0.9", "37"), ("1", "40")],
)
def test_percentiles_are_linear(share: str, value: str) -> None:
    assert stats.percentile([D(40), D(10), D(30), D(20)], D(share)) == D(value)


def test_median_and_mean() -> None:
    assert stats.median([D(3), D(1), D(2)]) == D(2)
    assert stats.median([D(4), D(1), D(2), D(3)]) == D("2.5")
    assert stats.mean([D(1), D(2), D("4.5")]) == D("2.5")


@pytest.mark.parametrize(("count", "best"), [(1, "1"), (4, "4"), (5, "4.5"), (8, "7.5"), (9, "8")])
def test_the_best_quarter_is_rounded_up(count: int, best: str) -> None:
    assert stats.top_quartile_mean(map(D, range(1, count + 1))) == D(best)


def test_the_best_quarter_of_a_kpi_of_which_less_is_better() -> None:
    assert stats.top_quartile_mean(map(D, range(1, 10)), higher_is_better=False) == D(2)


def test_no_values_are_missing_and_never_zero() -> None:
    for found in (
        stats.percentile([], D("0.5")),
        stats.median([]),
        stats.mean([]),
        stats.top_quartile_mean([]),
    ):
        assert found == Missing("no_values")


def test_a_share_beyond_one_is_refused() -> None:
    for share in (D("1.01"), D("-0.01"), D(50)):
        with pytest.raises(ValueError, match="0 to 1"):
            stats.percentile([D(1)], share)


@given(VALUES)
def test_quartiles_agree_with_the_standard_library(values: list[Decimal]) -> None:
    expected = statistics.quantiles(values, n=4, method="inclusive")
    found = [stats.percentile(values, D(share) / 4) for share in (1, 2, 3)]
    assert found == expected
    assert stats.median(values) == statistics.median(values)
