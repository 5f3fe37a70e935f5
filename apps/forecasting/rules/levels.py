"""Forecasts of levels that add up, and models that are new or run out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from apps.forecasting.rules.accuracy import Values
from apps.kernel.money import allocate

UNIT = Decimal("0.01")
FADING = 0.5
LAUNCH_MONTHS = 6
"""So long a model is new: its dealers share the network's forecast instead of their own short history."""


def shared_out(total: Decimal, children: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """A parent's forecast over its children by their own forecasts; the parts sum to it. Source: conventions.

    Children that all expect nothing share it evenly.
    """
    weights = children if any(children.values()) else dict.fromkeys(children, Decimal(1))
    return allocate(total, weights, UNIT)


def rounded(values: Values) -> list[Decimal]:
    """Forecasts in hundredths of a unit; sums of them are exact."""
    return [Decimal(round(float(value) * 100)) / 100 for value in values]


def running_out(recent: Values, horizon: int) -> Values:
    """A model no longer built: half of the recent monthly mean, and half again every month."""
    level = recent.mean(axis=1)[:, None]
    fades: Values = level * FADING ** np.arange(1, horizon + 1)
    return fades


def launched(network: Values, dealers: Values, horizon: int) -> Values:
    """A new model: the network's mean month since its launch, by each dealer's share of all recent sales.

    `network` holds the model's whole months since the launch, `dealers` what each dealer sold recently.
    """
    whole = dealers.sum()
    shares = dealers / whole if whole else np.full(len(dealers), 1 / max(len(dealers), 1))
    monthly: Values = shares[:, None] * network.mean()
    return np.repeat(monthly, horizon, axis=1)
