"""Forecasting methods against the vectors of domain.md §1.4, and the laws they obey; no database."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from apps.forecasting.rules import accuracy, choosing, intermittent, levels, methods, newyear, smoothing
from apps.forecasting.rules.accuracy import SeriesClass, Values
from apps.kernel.period import Month

GAPS = [0, 3, 0, 0, 5, 0, 2, 0, 0, 0, 4, 1]
SMOOTH = [52, 41, 60, 58, 63, 66, 59, 61, 70, 74, 72, 80, 55, 38, 66, 61, 64, 70, 63, 60, 75, 79, 75, 86]
HISTORIES = st.lists(st.integers(0, 90), min_size=30, max_size=30)


def rows(*series: ArrayLike) -> Values:
    return np.array(series, dtype=float)


def first(found: Values) -> float:
    return float(found[0, 0, 0])


def test_croston_and_its_corrections() -> None:
    found = intermittent.demand(rows(GAPS))
    assert (round(found.size[0, -1], 4), round(found.interval[0, -1], 4)) == (2.9548, 2.1529)
    assert round(first(intermittent.croston(rows(GAPS), [12], 1)), 6) == 1.372474
    assert round(first(intermittent.sba(rows(GAPS), [12], 1)), 6) == 1.303851
    assert round(first(intermittent.sbj(rows(GAPS), [12], 1)), 6) == 1.300239


def test_tsb_fades_when_sales_stop() -> None:
    stopped = rows([*GAPS, *[0] * 6])
    before, after = (first(intermittent.tsb(stopped, [known], 1)) for known in (12, 18))
    assert after == pytest.approx(before * 0.9**6)
    assert first(intermittent.croston(stopped, [18], 1)) == pytest.approx(1.372474, abs=1e-6)


def test_the_class_of_a_series() -> None:
    assert float(accuracy.adi(rows(GAPS))[0]) == 2.4
    assert round(float(accuracy.cv2(rows(GAPS))[0]), 4) == 0.2222
    lumpy, erratic = [0, 1, 0, 0, 30, 0], [1, 30, 1, 1, 25, 1]
    assert accuracy.classes(rows(GAPS, SMOOTH[:12])) == [SeriesClass.INTERMITTENT, SeriesClass.SMOOTH]
    assert accuracy.classes(rows(lumpy, erratic, [0] * 6)) == [
        SeriesClass.LUMPY,
        SeriesClass.ERRATIC,
        SeriesClass.EMPTY,
    ]


def test_smoothing_averages_and_the_same_month_of_last_year() -> None:
    history = rows(SMOOTH)
    assert round(first(smoothing.simple_smoothing(history, [24], 1, alphas=[0.3])), 6) == 75.923388
    assert first(smoothing.moving_average(history, [24], 1, window=3)) == 80.0
    assert smoothing.seasonal_naive(history, [24], 3)[0, 0].tolist() == [55, 38, 66]
    assert smoothing.seasonal_naive(history, [24], 14)[0, 0, 12:].tolist() == [55, 38]


def test_error_figures() -> None:
    actual, forecast = rows([57, 44, 68])[0], rows([55, 38, 66])[0]
    found = accuracy.accuracy(actual, forecast)
    assert found.mae is not None and round(found.mae, 4) == 3.3333
    assert found.mape is not None and round(found.mape, 6) == 0.066954
    assert found.wape is not None and round(found.wape, 6) == 0.059172
    assert found.bias == pytest.approx(10 / 169)
    scale = accuracy.naive_scale(rows(SMOOTH), accuracy.season_of(24))
    assert round(float(accuracy.mase(np.array([found.mae]), scale)[0]), 4) == 0.9091


def test_a_month_without_sales_is_skipped_and_counted_in_the_share_of_error() -> None:
    found = accuracy.accuracy(rows([0, 10])[0], rows([2, 8])[0])
    assert (found.mape, found.skipped, found.wape, found.bias) == (0.2, 1, 0.4, 0.0)
    nothing = accuracy.accuracy(rows([0, 0])[0], rows([2, 0])[0])
    assert (nothing.mae, nothing.mape, nothing.wape, nothing.bias) == (1.0, None, None, None)


def test_the_back_test_has_six_origins_with_three_months_each() -> None:
    assert choosing.test_origins(24) == [16, 17, 18, 19, 20, 21]
    assert choosing.test_origins(8) == [3, 4, 5]
    assert choosing.test_origins(5) == []


def test_a_perfect_season_keeps_the_same_month_of_last_year() -> None:
    season = [30, 20, 45, 50, 60, 66, 59, 61, 70, 74, 72, 90]
    found = choosing.choose(rows(season * 3), horizon=3)
    assert (found.methods, found.forecast[0].tolist()) == (["seasonal_naive"], [30, 20, 45])
    assert (found.wape[0], found.bias[0], found.spread[0].tolist()) == (0.0, 0.0, [0.0, 0.0, 0.0])


def test_a_steady_level_with_noise_leaves_the_baseline() -> None:
    noise = np.random.default_rng(7).normal(0, 9, size=(1, 36))
    found = choosing.choose(np.maximum(60 + noise, 0), horizon=3)
    assert found.methods[0] not in ("seasonal_naive", "naive")
    assert found.mase[0] < 1


def test_nothing_replaces_the_baseline_with_a_mase_of_1_or_more() -> None:
    jump = rows([10] * 28 + [100] * 2)  # every method is far off; the training set never moved
    found = choosing.choose(jump, horizon=3)
    assert found.methods == ["seasonal_naive"]


def test_a_short_history_gives_the_median_and_no_error_figures() -> None:
    found = choosing.choose(rows([4, 6, 5, 9, 5]), horizon=2)
    assert (found.methods, found.tested.shape) == (["ensemble"], (1, 0, 3))
    # naive 5, mean of three 19/3, smoothed between them
    assert found.forecast[0, 0] == pytest.approx(np.median([5, 19 / 3, _smoothed([4, 6, 5, 9, 5])]))
    assert np.isnan(found.wape[0])


def _smoothed(history: list[int]) -> float:
    return first(smoothing.simple_smoothing(rows(history), [len(history)], 1))


def test_the_band_widens_and_never_falls_below_0() -> None:
    spread = choosing.widened(rows([4, 3, 5]), 6)
    assert spread[0].tolist() == pytest.approx([4, 4, 5, 5 * (4 / 3) ** 0.5, 5 * (5 / 3) ** 0.5, 5 * 2**0.5])
    low, high = choosing.interval(rows([5, 50]), rows([10, 10]), 1.2816)
    assert low[0].tolist() == pytest.approx([0, 37.184])
    assert high[0].tolist() == pytest.approx([17.816, 62.816])


@given(st.lists(HISTORIES, min_size=1, max_size=3), st.integers(14, 28), st.data())
def test_no_forecast_looks_ahead(histories: list[list[int]], known: int, data: st.DataObject) -> None:
    other = [past[:known] + data.draw(HISTORIES)[known:] for past in histories]
    one = methods.all_forecasts(rows(*histories), [known], 3)
    two = methods.all_forecasts(rows(*other), [known], 3)
    np.testing.assert_array_equal(one, two)


@given(HISTORIES, st.integers(2, 9))
def test_forecasts_scale_with_the_sales(history: list[int], factor: int) -> None:
    busy = [value + 10 for value in history]
    one = methods.all_forecasts(rows(busy), [30], 3)
    many = methods.all_forecasts(rows(busy) * factor, [30], 3)
    np.testing.assert_allclose(many, one * factor, rtol=1e-9, equal_nan=True)


@given(HISTORIES)
def test_forecasts_are_never_negative_and_a_series_alone_is_forecast_as_among_others(
    history: list[int],
) -> None:
    alone = choosing.choose(rows(history), horizon=3)
    among = choosing.choose(rows(SMOOTH + SMOOTH[:6], history, [0] * 30), horizon=3)
    assert (alone.forecast >= 0).all() and np.isfinite(alone.forecast).all()
    assert alone.methods[0] == among.methods[1]
    np.testing.assert_allclose(alone.forecast[0], among.forecast[1])


@given(st.integers(1, 80))
def test_what_never_changes_is_forecast_as_it_is(level: int) -> None:
    found = choosing.choose(rows([level] * 30), horizon=3)
    assert found.forecast[0].tolist() == [level] * 3


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=9), st.integers(0, 100_000))
def test_levels_add_up(children: list[int], whole: int) -> None:
    total = Decimal(whole) / 100
    named = {f"D{place:03}": Decimal(value) / 100 for place, value in enumerate(children)}
    parts = levels.shared_out(total, named)
    assert sum(parts.values()) == total
    if any(children):
        assert all(not parts[code] for code, value in named.items() if not value)


def test_a_model_that_runs_out_fades_and_a_new_one_is_shared_by_size() -> None:
    assert levels.running_out(rows([8, 6, 10]), 3)[0].tolist() == [4, 2, 1]
    found = levels.launched(np.array([30.0, 50.0]), np.array([30.0, 10.0]), 2)
    assert found.tolist() == [[30, 30], [10, 10]]


def test_the_new_year_shares_out_january_and_february() -> None:
    """Feasts: 2023-01-22, 2024-02-10, 2025-01-29, 2026-02-17; a late feast favours January."""
    months = [Month(2023, 1).shift(step) for step in range(37)]
    totals = np.full(37, 100.0)
    for year, january, february in ((0, 40, 60), (1, 70, 30), (2, 50, 50)):
        totals[12 * year : 12 * year + 2] = january, february
    shares = newyear.january_shares(months, totals)
    assert shares == {2023: 0.4, 2024: 0.7, 2025: 0.5}
    late = newyear.expected_share(2026, shares)
    assert 0.6 < late < 0.7
    factors = newyear.NewYear(months, totals)(36, 38)
    assert factors[36:].tolist() == pytest.approx([2 * late, 2 * (1 - late)])
    assert factors[24:27].tolist() == [1.0, 1.0, 1.0]
    # with one pair known nothing can be learnt
    assert newyear.NewYear(months, totals)(13, 38).tolist() == [1.0] * 38
