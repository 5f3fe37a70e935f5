"""The Chinese New Year moves between January and February, and sales of the two months with it.

Both months are forecast as one pair and shared out again by the date of the feast, as years with a near date
shared them. Source: §1.4 (Jan + Feb combined share).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from apps.forecasting.rules.accuracy import Values
from apps.kernel.period import Month

_DAYS = (
    (2005, 2, 9),
    (2006, 1, 29),
    (2007, 2, 18),
    (2008, 2, 7),
    (2009, 1, 26),
    (2010, 2, 14),
    (2011, 2, 3),
    (2012, 1, 23),
    (2013, 2, 10),
    (2014, 1, 31),
    (2015, 2, 19),
    (2016, 2, 8),
    (2017, 1, 28),
    (2018, 2, 16),
    (2019, 2, 5),
    (2020, 1, 25),
    (2021, 2, 12),
    (2022, 2, 1),
    (2023, 1, 22),
    (2024, 2, 10),
    (2025, 1, 29),
    (2026, 2, 17),
    (2027, 2, 6),
    (2028, 1, 26),
    (2029, 2, 13),
    (2030, 2, 3),
    (2031, 1, 23),
    (2032, 2, 11),
    (2033, 1, 31),
    (2034, 2, 19),
    (2035, 2, 8),
    (2036, 1, 28),
    (2037, 2, 15),
    (2038, 2, 4),
    (2039, 1, 24),
    (2040, 2, 12),
)
FEASTS = {year: date(year, month, day) for year, month, day in _DAYS}
"""First day of the lunar year."""
LEAST_YEARS = 2
NEAR_DAYS = 7.0
JANUARY, FEBRUARY = 1, 2


def january_shares(months: Sequence[Month], totals: Values) -> dict[int, float]:
    """The share of January in January and February of each year of which both are known and sold."""
    sold = dict(zip(months, totals, strict=True))
    shares = {}
    for month, value in sold.items():
        pair = value + sold.get(month.next, np.nan) if month.month == JANUARY else np.nan
        if np.isfinite(pair) and pair > 0:
            shares[month.year] = float(value / pair)
    return shares


def expected_share(year: int, shares: Mapping[int, float]) -> float:
    """January's share in a year: known, or as years with a near date of the feast had it; 0.5 if untold."""
    if year in shares:
        return shares[year]
    if len(shares) < LEAST_YEARS or year not in FEASTS:
        return 0.5
    weights = {known: 1 / (1 + (_distance(year, known) / NEAR_DAYS) ** 2) for known in shares}
    return sum(weights[known] * shares[known] for known in shares) / sum(weights.values())


def _distance(one: int, other: int) -> float:
    if other not in FEASTS:
        return 4 * NEAR_DAYS
    return abs(FEASTS[one].timetuple().tm_yday - FEASTS[other].timetuple().tm_yday)


class NewYear:
    """Calendar factors of the months of a history, learnt from the sales of all series together."""

    def __init__(self, months: Sequence[Month], totals: Values) -> None:
        self.months, self.totals = list(months), totals

    def __call__(self, known: int, months: int) -> Values:
        """The factor of each month from the first on: 2 × its share of the pair, 1 outside the pair."""
        shares = january_shares(self.months[:known], self.totals[:known])
        factors = np.ones(months)
        if len(shares) < LEAST_YEARS:
            return factors
        for place in range(months):
            month = self.months[0].shift(place)
            if month.month in (JANUARY, FEBRUARY):
                share = expected_share(month.year, shares)
                factors[place] = 2 * (share if month.month == JANUARY else 1 - share)
        return np.maximum(factors, 0.1)
