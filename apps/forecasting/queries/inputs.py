"""What forecasts are made from: sales by dealer and model from the monthly store, and settings."""

from __future__ import annotations

from datetime import date

import numpy as np

from apps.forecasting.models import ForecastSetting, ModelLife
from apps.forecasting.rules.panel import Key, Life, Panel
from apps.kernel.period import Month, months_between
from apps.metrics.models import MeasureValue
from apps.metrics.queries import months as readings
from apps.vehicles.models import CarModel

SALES = "sales.retail_units"


def setting_of(month: Month) -> ForecastSetting:
    """The setting that holds for forecasts made after a month; the defaults when none was made."""
    rows = ForecastSetting.objects.filter(effective_from__lte=month.first).order_by("-effective_from")
    return rows.first() or ForecastSetting(effective_from=month.first)


def panel(month: Month, history_months: int) -> Panel:
    """Sales by dealer and model of the months up to one, in the readings that count.

    A model without a row in a month the dealer reported sold 0; a month it did not report is unknown.
    """
    wanted = list(months_between(month.shift(1 - history_months), month))
    known = readings.current_revisions(wanted)
    if not known:
        return Panel([month], [], np.empty((0, 1)))
    shown = list(months_between(min(known), month))
    rows = MeasureValue.objects.filter(readings.in_readings(known), measure=SALES)
    place = {each.first: at for at, each in enumerate(shown)}
    reported: dict[int, list[int]] = {}
    found: dict[Key, list[tuple[int, float]]] = {}
    for dealer, period, dimension, value in rows.values_list("dealer_id", "period", "dimension", "value"):
        if dimension:
            found.setdefault((dealer, int(dimension)), []).append((place[period], float(value)))
        else:
            reported.setdefault(dealer, []).append(place[period])
    keys = sorted(key for key in found if key[0] in reported)
    sold = np.full((len(keys), len(shown)), np.nan)
    for row, key in enumerate(keys):
        sold[row, reported[key[0]]] = 0.0
        for at, units in found[key]:
            sold[row, at] = max(units, 0.0)
    return Panel(shown, keys, sold)


def life(month: Month) -> Life:
    """The lives of models as they stand after a month; a model off the price list runs out."""
    launched, follows, ends = {}, {}, set[int]()
    for row in ModelLife.objects.order_by("pk"):
        if row.launched_on is not None:
            launched[row.model_id] = Month.of(row.launched_on)
        if row.follows_id is not None:
            follows[row.model_id] = row.follows_id
        if row.ends_on is not None and row.ends_on <= month.last:
            ends.add(row.model_id)
    ends |= {old for new, old in follows.items() if launched[new] <= month}
    return Life(launched, follows, frozenset(ends | _off_sale()))


def _off_sale() -> set[int]:
    return set(CarModel.objects.filter(active=False).values_list("pk", flat=True))


def months_of_history(dealer_ids: list[int], model: int | None, last: Month, count: int) -> dict[date, float]:
    """Sales of some dealers together by month, of one model or of all; months nobody reported are absent."""
    wanted = list(months_between(last.shift(1 - count), last))
    known = readings.current_revisions(wanted)
    rows = MeasureValue.objects.filter(readings.in_readings(known), measure=SALES, dealer_id__in=dealer_ids)
    totals: dict[date, float] = {}
    shown = "" if model is None else str(model)
    for period, dimension, value in rows.values_list("period", "dimension", "value"):
        totals.setdefault(period, 0.0)
        if dimension == shown:
            totals[period] += float(value)
    return totals
