"""Forecasts of series with months without sales: Croston and its corrections, TSB.

Same shapes as `smoothing`. Source: §1.4 [S:CRO].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.forecasting.rules.accuracy import Values
from apps.forecasting.rules.smoothing import nowhere

ALPHA = 0.1


@dataclass(frozen=True, slots=True)
class Demand:
    """Size of a sale and interval between sales, smoothed, after each month; NaN before the first sale."""

    size: Values
    interval: Values


def demand(history: Values, *, alpha: float = ALPHA) -> Demand:
    """Croston's two smoothings, started from the first size and the first interval. Source: §1.4."""
    series, months = history.shape
    size, interval = np.full(series, np.nan), np.full(series, np.nan)
    since = np.ones(series)
    sizes, intervals = np.empty((series, months)), np.empty((series, months))
    for month in range(months):
        value = history[:, month]
        sold, fresh = value != 0, np.isnan(size)
        size = np.where(sold, np.where(fresh, value, size + alpha * (value - size)), size)
        interval = np.where(sold, np.where(fresh, since, interval + alpha * (since - interval)), interval)
        since = np.where(sold, 1.0, since + 1)
        sizes[:, month], intervals[:, month] = size, interval
    return Demand(sizes, intervals)


def croston(history: Values, origins: Sequence[int], horizon: int, *, alpha: float = ALPHA) -> Values:
    """Size ÷ interval; 0 before the first sale. Source: §1.4."""
    found = demand(history, alpha=alpha)
    return _flat(history, found.size / found.interval, origins, horizon)


def sba(history: Values, origins: Sequence[int], horizon: int, *, alpha: float = ALPHA) -> Values:
    """Croston × (1 − α/2) (Syntetos–Boylan). Source: §1.4."""
    return croston(history, origins, horizon, alpha=alpha) * (1 - alpha / 2)


def sbj(history: Values, origins: Sequence[int], horizon: int, *, alpha: float = ALPHA) -> Values:
    """Croston × (1 − α/(2−α)) (Shale–Boylan–Johnston). Source: §1.4."""
    return croston(history, origins, horizon, alpha=alpha) * (1 - alpha / (2 - alpha))


def tsb(
    history: Values, origins: Sequence[int], horizon: int, *, alpha: float = ALPHA, beta: float = ALPHA
) -> Values:
    """Size × probability of a sale, updated every month: fades when sales stop. Source: §1.4."""
    series, months = history.shape
    size, chance = np.full(series, np.nan), np.full(series, np.nan)
    expected = np.empty((series, months))
    for month in range(months):
        value = history[:, month]
        sold, fresh = value != 0, np.isnan(size)
        size = np.where(sold, np.where(fresh, value, size + alpha * (value - size)), size)
        started = np.where(sold, 1.0 / (month + 1), np.nan)
        chance = np.where(fresh, started, chance + beta * (sold - chance))
        expected[:, month] = size * chance
    return _flat(history, expected, origins, horizon)


def _flat(history: Values, expected: Values, origins: Sequence[int], horizon: int) -> Values:
    found = nowhere(history, origins, horizon)
    for place, origin in enumerate(origins):
        if origin:
            found[:, place] = np.nan_to_num(expected[:, origin - 1], nan=0.0)[:, None]
    return found
