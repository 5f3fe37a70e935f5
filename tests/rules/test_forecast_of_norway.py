"""Forecasts of registrations nobody on this project wrote, with the last year held back."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from apps.forecasting.rules import accuracy, choosing, smoothing
from apps.forecasting.rules.accuracy import Values
from tests.factories import files

HELD_BACK, YEAR = 12, 12
FILE = "norway_by_make.csv"


def registrations() -> tuple[Values, int]:
    """The complete makes as series of months, and everything registered; one date is written `2012-9`."""
    sold: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in files.rows(FILE):
        year, month = row["Date"].split("-")
        sold[row["Make"].strip()][f"{year}-{month:0>2}"] += int(row["Quantity"])
    months = sorted({month for make in sold.values() for month in make})
    complete = [make for make in sold.values() if len(make) == len(months)]
    whole = sum(sum(make.values()) for make in sold.values())
    return np.array([[make[month] for month in months] for make in complete], dtype=float), whole


def test_the_chosen_methods_beat_both_naive_forecasts_without_peeking() -> None:
    sales, whole = registrations()
    assert (sales.shape, whole) == ((24, 121), 1_347_250)
    known, came = sales[:, :-HELD_BACK], sales[:, -HELD_BACK:]
    origin = [known.shape[1]]

    def mean_mase(forecast: Values) -> float:
        mae = np.abs(came - forecast).mean(axis=1)
        return float(accuracy.mase(mae, accuracy.naive_scale(known, YEAR)).mean())

    naive = mean_mase(smoothing.naive(known, origin, HELD_BACK)[:, 0])
    seasonal = mean_mase(smoothing.seasonal_naive(known, origin, HELD_BACK)[:, 0])
    chosen = mean_mase(choosing.choose(known, horizon=HELD_BACK).forecast)
    assert (round(naive, 3), round(seasonal, 3)) == (1.175, 0.955)
    assert chosen <= min(naive, seasonal)
    assert round(chosen, 3) == 0.839
