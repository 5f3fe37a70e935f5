"""Forecasts of regular series: naive, moving averages, exponential smoothing with trend and season.

Every function takes histories (series × months), the origins (how many months are known when forecasting)
and the horizon in months; it answers (series × origins × horizon), NaN where the history is too short. A
forecast at an origin uses nothing that came after it. Source: §1.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from apps.forecasting.rules.accuracy import YEAR, Values

SES_ALPHAS = (0.1, 0.2, 0.3, 0.4, 0.5)
HOLT_GRID = tuple(product((0.1, 0.3, 0.5), (0.1, 0.3), (0.8, 0.9, 0.98)))
WINTERS_GRID = tuple(product((0.1, 0.3, 0.5), (0.1,), (0.1, 0.3), (0.8, 0.98)))


def nowhere(history: Values, origins: Sequence[int], horizon: int) -> Values:
    """An answer without any forecast, to be filled in."""
    return np.full((len(history), len(origins), horizon), np.nan)


def naive(history: Values, origins: Sequence[int], horizon: int) -> Values:
    """The last month again."""
    return moving_average(history, origins, horizon, window=1)


def seasonal_naive(history: Values, origins: Sequence[int], horizon: int) -> Values:
    """The same month of the last year known: F(t+h) = y(t+h−12). Source: §1.4."""
    found = nowhere(history, origins, horizon)
    for place, origin in enumerate(origins):
        if origin >= YEAR:
            found[:, place] = history[:, [origin - YEAR + step % YEAR for step in range(horizon)]]
    return found


def moving_average(history: Values, origins: Sequence[int], horizon: int, *, window: int) -> Values:
    """The mean of the last `window` months. Source: §1.4."""
    found = nowhere(history, origins, horizon)
    for place, origin in enumerate(origins):
        if origin >= window:
            found[:, place] = history[:, origin - window : origin].mean(axis=1)[:, None]
    return found


def simple_smoothing(
    history: Values, origins: Sequence[int], horizon: int, *, alphas: Iterable[float] = SES_ALPHAS
) -> Values:
    """Level smoothing from l₀ = y₁; the α with the least squared error so far. Source: §1.4."""
    alpha = np.array(tuple(alphas))[:, None]
    level = np.repeat(history[None, :, 0], len(alpha), axis=0)
    squares = np.zeros_like(level)
    kept = _Kept(history, origins, horizon)
    for month in range(history.shape[1]):
        error = history[:, month] - level
        squares += error**2
        level = level + alpha * error
        kept.take(month + 1, squares, level[..., None])
    return kept.found


def holt(
    history: Values,
    origins: Sequence[int],
    horizon: int,
    *,
    grid: Sequence[tuple[float, float, float]] = HOLT_GRID,
) -> Values:
    """Level and damped trend (α, β, φ of the grid with the least squared error so far). Source: §1.4."""
    alpha, beta, phi = (np.array(part)[:, None] for part in zip(*grid, strict=True))
    damped = np.cumsum(phi[..., None] ** np.arange(1, horizon + 1), axis=-1)
    level = np.repeat(history[None, :, 0], len(grid), axis=0)
    trend, squares = np.zeros_like(level), np.zeros_like(level)
    kept = _Kept(history, origins, horizon)
    for month in range(history.shape[1]):
        expected = level + phi * trend
        error = history[:, month] - expected
        squares += error**2
        level, trend = expected + alpha * error, phi * trend + alpha * beta * error
        kept.take(month + 1, squares, level[..., None] + damped * trend[..., None])
    return kept.found


def holt_winters(
    history: Values,
    origins: Sequence[int],
    horizon: int,
    *,
    grid: Sequence[tuple[float, float, float, float]] = WINTERS_GRID,
) -> Values:
    """Level, damped trend and additive season of 12 months (α, β, γ, φ from the grid). Source: §1.4.

    The first season is the mean deviation of the whole years before the first origin.
    """
    usable = [origin for origin in origins if origin >= YEAR]
    kept = _Kept(history, origins, horizon)
    if not usable:
        return kept.found
    years = min(usable) // YEAR
    first = history[:, : years * YEAR].reshape(len(history), years, YEAR)
    alpha, beta, gamma, phi = (np.array(part)[:, None] for part in zip(*grid, strict=True))
    damped = np.cumsum(phi[..., None] ** np.arange(1, horizon + 1), axis=-1)
    season = np.repeat((first - first.mean(axis=2, keepdims=True)).mean(axis=1)[None], len(grid), axis=0)
    level = np.repeat(first[None, :, 0].mean(axis=2), len(grid), axis=0)
    trend, squares = np.zeros_like(level), np.zeros_like(level)
    for month in range(history.shape[1]):
        expected, at = level + phi * trend, month % YEAR
        error = history[:, month] - expected - season[..., at]
        squares += error**2
        level, trend = expected + alpha * error, phi * trend + alpha * beta * error
        season[..., at] += gamma * (1 - alpha) * error
        if month + 1 >= YEAR:
            ahead = season[..., [(month + 1 + step) % YEAR for step in range(horizon)]]
            kept.take(month + 1, squares, level[..., None] + damped * trend[..., None] + ahead)
    return kept.found


class _Kept:
    """The forecasts at the origins, each by the parameters that served the series best until then."""

    def __init__(self, history: Values, origins: Sequence[int], horizon: int) -> None:
        self.found = nowhere(history, origins, horizon)
        self.places = {origin: place for place, origin in enumerate(origins)}
        self.rows = np.arange(len(history))

    def take(self, known: int, squares: Values, forecasts: Values) -> None:
        """Keep what is forecast (parameters × series × steps) once this many months are known."""
        if known in self.places:
            best = np.argmin(squares, axis=0)
            self.found[:, self.places[known]] = np.maximum(forecasts[best, self.rows], 0.0)
