"""Which method a series gets: a back-test from rolling origins, and how sure the forecast is.

The last six origins with all of h = 1..3 known are forecast without peeking; the lowest WAPE wins, but
nothing replaces the naive baseline unless its MASE is below 1. Source: §1.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.forecasting.rules.accuracy import YEAR, Values, mase, naive_scale, season_of
from apps.forecasting.rules.methods import CODES, ENSEMBLE, NAIVE, SEASONAL_NAIVE, all_forecasts

ORIGINS, TEST_HORIZON, LEAST_TRAINING = 6, 3, 3
Calendar = Callable[[int, int], Values]
"""Calendar factors of months 0..n−1 as known after `known` months: `calendar(known, n)`."""


def even_calendar(known: int, months: int) -> Values:
    """No month is special."""
    return np.ones(months)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Per series: the method, its forecasts and their spread, and how the back-test went.

    `tested` and `came` are (series × origins × 3), empty when the history was too short to test; wape, mase
    and bias are NaN where undefined. `spread` is the root mean squared error at each step in units.
    """

    methods: list[str]
    forecast: Values
    spread: Values
    mae: Values
    wape: Values
    mase: Values
    bias: Values
    tested: Values
    came: Values


def test_origins(months: int) -> list[int]:
    """How many months are known at each origin of the back-test; none when the history is too short."""
    first = max(LEAST_TRAINING, months - TEST_HORIZON - ORIGINS + 1)
    return list(range(first, months - TEST_HORIZON + 1))


def baseline(months: int) -> str:
    """What a method must beat: the same month of last year, or the last month with less than two years."""
    return SEASONAL_NAIVE if months >= 2 * YEAR else NAIVE


def choose(history: Values, *, horizon: int, calendar: Calendar = even_calendar) -> Chosen:
    """The best method of each row (series × months, no gaps) and its forecasts. Source: §1.4."""
    series, months = history.shape
    origins = test_origins(months)
    whole = calendar(months, months + horizon)
    ahead = all_forecasts(history / whole[:months], [months], horizon)[:, :, 0] * whole[months:]
    if not origins:
        return _untested(history, ahead[CODES.index(ENSEMBLE)])
    came = np.stack([history[:, at : at + TEST_HORIZON] for at in origins], axis=1)
    known = calendar(origins[0], months)
    tested = all_forecasts(history / known, origins, TEST_HORIZON)
    tested *= np.stack([known[at : at + TEST_HORIZON] for at in origins])
    errors = np.abs(came - tested)
    scale = naive_scale(history[:, : origins[0]], season_of(months))
    mae = np.where(np.isfinite(ahead[..., 0]), errors.mean(axis=(2, 3)), np.inf)
    best = _best(mae, scale, CODES.index(baseline(months)))
    rows = np.arange(series)
    return _described(history, best, ahead[best, rows], tested[best, rows], came, scale)


def _best(mae: Values, scale: Values, standard: int) -> NDArray[np.intp]:
    """The place of the method of each series: least error (equal WAPE: the simpler), if MASE < 1."""
    usable = np.where(np.isfinite(mae), mae, np.inf)
    least = np.argmin(usable, axis=0)
    better = mase(usable[least, np.arange(mae.shape[1])], scale) < 1
    return np.where(better, least, standard)


def _described(
    history: Values,
    best: NDArray[np.intp],
    forecast: Values,
    tested: Values,
    came: Values,
    scale: Values,
) -> Chosen:
    error = came - tested
    mae = np.abs(error).mean(axis=(1, 2))
    sums = came.sum(axis=(1, 2))
    shares = np.divide(
        np.stack([np.abs(error).sum(axis=(1, 2)), error.sum(axis=(1, 2))]),
        sums,
        out=np.full((2, len(history)), np.nan),
        where=sums != 0,
    )
    return Chosen(
        methods=[CODES[place] for place in best],
        forecast=forecast,
        spread=widened(np.sqrt((error**2).mean(axis=1)), forecast.shape[1]),
        mae=mae,
        wape=shares[0],
        mase=mase(mae, scale),
        bias=shares[1],
        tested=tested,
        came=came,
    )


def _untested(history: Values, forecast: Values) -> Chosen:
    unknown = np.full(len(history), np.nan)
    nothing = np.empty((len(history), 0, TEST_HORIZON))
    spread = widened(np.sqrt(np.maximum(forecast[:, :1], 1.0)), forecast.shape[1])
    return Chosen(
        [ENSEMBLE] * len(history), forecast, spread, unknown, unknown, unknown, unknown, nothing, nothing
    )


def widened(spread: Values, horizon: int) -> Values:
    """A spread known for the first steps, never narrowing, that grows with √steps beyond them."""
    known = np.maximum.accumulate(spread, axis=1)[:, :horizon]
    steps = known.shape[1]
    beyond = np.sqrt(np.arange(steps + 1, horizon + 1) / steps)
    return np.concatenate([known, known[:, -1:] * beyond], axis=1)


def interval(forecast: Values, spread: Values, z: float) -> tuple[Values, Values]:
    """The band forecast ± z × spread in units, never below 0."""
    return np.maximum(forecast - z * spread, 0.0), forecast + z * spread
