"""How far forecasts were from what came, and what kind of series it was.

An error is what came minus what was forecast. Source: §1.4 (MAE, MAPE, WAPE, MASE, bias; ADI and CV²).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

YEAR = 12
ADI_LIMIT, CV2_LIMIT = 1.32, 0.49


class SeriesClass(StrEnum):
    """How regularly and how evenly a series sells (Syntetos–Boylan)."""

    SMOOTH = "smooth"
    INTERMITTENT = "intermittent"
    ERRATIC = "erratic"
    LUMPY = "lumpy"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Error figures of one series; None where the figure is not defined. `skipped` months had no sales."""

    count: int
    mae: float | None
    mape: float | None
    skipped: int
    wape: float | None
    bias: float | None


def accuracy(actual: Values, forecast: Values) -> Accuracy:
    """MAE in units; MAPE over months with sales, WAPE and bias as shares of what came. Source: §1.4."""
    known = np.isfinite(actual) & np.isfinite(forecast)
    came, error = actual[known], actual[known] - forecast[known]
    if not len(came):
        return Accuracy(0, None, None, 0, None, None)
    sold = came != 0
    whole = float(np.abs(came).sum())
    return Accuracy(
        count=len(came),
        mae=float(np.abs(error).mean()),
        mape=float(np.abs(error[sold] / came[sold]).mean()) if sold.any() else None,
        skipped=int((~sold).sum()),
        wape=float(np.abs(error).sum()) / whole if whole else None,
        bias=float(error.sum()) / float(came.sum()) if came.sum() else None,
    )


def season_of(months: int) -> int:
    """The step of the naive forecast that scales errors: 12 months, 1 with less than two years known."""
    return YEAR if months >= 2 * YEAR else 1


def naive_scale(training: Values, season: int) -> Values:
    """Mean |y_t − y_(t−season)| of each series, NaN without a pair; the divisor of MASE. Source: §1.4."""
    if training.shape[-1] <= season:
        return np.full(training.shape[:-1], np.nan)
    scale: Values = np.abs(training[..., season:] - training[..., :-season]).mean(axis=-1)
    return scale


def mase(mae: Values, scale: Values) -> Values:
    """MAE over the mean step of the naive forecast; NaN where that step is 0 or unknown. Source: §1.4."""
    shape = np.broadcast(mae, scale).shape
    usable = np.isfinite(scale) & (scale > 0)
    ratio: Values = np.divide(mae, scale, out=np.full(shape, np.nan), where=np.broadcast_to(usable, shape))
    return ratio


def adi(history: Values) -> Values:
    """Average demand interval: months over months with sales, infinite when nothing was ever sold."""
    sold = (history != 0).sum(axis=-1)
    shape = sold.shape
    interval: Values = np.divide(history.shape[-1], sold, out=np.full(shape, np.inf), where=sold > 0)
    return interval


def cv2(history: Values) -> Values:
    """Squared coefficient of variation of the months with sales (population), NaN when there are none."""
    sold = history != 0
    count = sold.sum(axis=-1)
    some = count > 0
    mean = np.divide(history.sum(axis=-1), count, out=np.full(count.shape, np.nan), where=some)
    spread = (np.where(sold, history - mean[..., None], 0.0) ** 2).sum(axis=-1)
    relative: Values = np.divide(spread, count * mean**2, out=np.full(count.shape, np.nan), where=some)
    return relative


def classes(history: Values) -> list[SeriesClass]:
    """The class of each row. Source: §1.4 (Syntetos–Boylan limits 1.32 and 0.49)."""
    return [_class(interval, spread) for interval, spread in zip(adi(history), cv2(history), strict=True)]


def _class(interval: float, spread: float) -> SeriesClass:
    if not np.isfinite(interval):
        return SeriesClass.EMPTY
    if interval < ADI_LIMIT:
        return SeriesClass.SMOOTH if spread < CV2_LIMIT else SeriesClass.ERRATIC
    return SeriesClass.INTERMITTENT if spread < CV2_LIMIT else SeriesClass.LUMPY
