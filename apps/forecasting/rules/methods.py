"""The methods a forecast is chosen from, simplest first, and the median of them all. Source: §1.4."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from apps.forecasting.rules import intermittent, smoothing
from apps.forecasting.rules.accuracy import ADI_LIMIT, YEAR, Values, adi

Run = Callable[[Values, Sequence[int], int], Values]

NAIVE, SEASONAL_NAIVE, ENSEMBLE = "naive", "seasonal_naive", "ensemble"
SMALLEST_LEVEL = 5.0
"""Mean monthly sales from which trend and season are fitted. Source: §1.4."""


@dataclass(frozen=True, slots=True)
class Method:
    """One way to forecast: the months of history it asks for, and the series it is meant for."""

    code: str
    run: Run
    months: int = 1
    gaps_only: bool = False
    level: float = 0.0

    def suits(self, history: Values, known: int) -> NDArray[np.bool_]:
        """For which rows of the history it may be chosen, judged by the first `known` months."""
        if history.shape[1] < self.months:
            return np.zeros(len(history), dtype=bool)
        seen = history[:, :known]
        fit: NDArray[np.bool_] = seen.mean(axis=1) >= self.level
        return fit & (adi(seen) >= ADI_LIMIT) if self.gaps_only else fit


METHODS = (
    Method(SEASONAL_NAIVE, smoothing.seasonal_naive, months=2 * YEAR),
    Method(NAIVE, smoothing.naive),
    Method("ma3", partial(smoothing.moving_average, window=3), months=3),
    Method("ma6", partial(smoothing.moving_average, window=6), months=6),
    Method("ma12", partial(smoothing.moving_average, window=YEAR), months=YEAR),
    Method("ses", smoothing.simple_smoothing, months=3),
    Method("holt", smoothing.holt, months=2 * YEAR, level=SMALLEST_LEVEL),
    Method("holt_winters", smoothing.holt_winters, months=2 * YEAR, level=SMALLEST_LEVEL),
    Method("croston", intermittent.croston, months=3, gaps_only=True),
    Method("sba", intermittent.sba, months=3, gaps_only=True),
    Method("sbj", intermittent.sbj, months=3, gaps_only=True),
    Method("tsb", intermittent.tsb, months=3, gaps_only=True),
)
CODES = (*(method.code for method in METHODS), ENSEMBLE)


def all_forecasts(history: Values, origins: Sequence[int], horizon: int) -> Values:
    """Forecasts of every method in the order of CODES (methods × series × origins × horizon).

    NaN where a method does not suit the series or its history; the last one is the median of the others.
    """
    answers = []
    for method in METHODS:
        found = method.run(history, origins, horizon)
        found[~method.suits(history, min(origins))] = np.nan
        answers.append(found)
    every = np.stack(answers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a median of nothing is nothing
        middle = np.nanmedian(every, axis=0)
    return np.concatenate([every, middle[None]])
