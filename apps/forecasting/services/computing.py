"""Forecasts of the whole network after a month: every dealer and model, and every level above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.models import Job
from apps.dealers import queries as dealers
from apps.forecasting import policies
from apps.forecasting.models import (
    TOP_DOWN,
    Z_OF_BAND,
    DealerForecast,
    Forecast,
    ForecastRun,
    ForecastSetting,
    UnitForecast,
)
from apps.forecasting.queries import inputs
from apps.forecasting.rules import choosing, levels
from apps.forecasting.rules import panel as panels
from apps.forecasting.rules.panel import HORIZON, Key, Outlook
from apps.kernel.period import Month
from apps.metrics import queries as metrics

JOB = "forecasting.compute"
BATCH = 2_000
ALL_MODELS = 0
Steps = list[Decimal]


@transaction.atomic
def ask(*, month: Month, actor: Actor, now: datetime) -> Job:
    """Ask for the forecasts after a month in the background. Errors: `forbidden`, `no_reading`."""
    decision = policies.run.can(actor, policies.COMPUTE)
    if not decision:
        raise DomainError("forbidden", decision.reason)
    reading = metrics.revision_of(month)
    if reading is None:
        raise DomainError("no_reading", _("%(month)s was never computed."), month=str(month))
    audit.record(actor=actor, action=policies.COMPUTE, obj=reading, now=now, after={"month": str(month)})
    return jobs.enqueue(JOB, {"month": str(month)}, actor=actor, now=now)


@transaction.atomic
def compute(*, month: Month, now: datetime) -> int:
    """Replace the forecasts made after a month; returns how many series there are. Source: §1.4.

    Without a reading of the month nothing is written. Levels are the sums of their dealers to the hundredth.
    """
    reading = metrics.revision_of(month)
    if reading is None:
        return 0
    jobs.lock("forecasting.compute")
    setting = inputs.setting_of(month)
    panel = inputs.panel(month, setting.history_months)
    found = panels.outlooks(panel, inputs.life(month), new_year=setting.new_year)
    values = {key: levels.rounded(one.forecast) for key, one in found.items()}
    if setting.levels == TOP_DOWN:
        values = _shared(found, values, len(panel.months))
    rows = _rows(month, setting, found, values, len(panel.months))
    DealerForecast.objects.filter(made_for=month.first).delete()
    UnitForecast.objects.filter(made_for=month.first).delete()
    DealerForecast.objects.bulk_create((row for row in rows if isinstance(row, DealerForecast)), BATCH)
    UnitForecast.objects.bulk_create((row for row in rows if isinstance(row, UnitForecast)), BATCH)
    ForecastRun.objects.update_or_create(
        period=month.first,
        defaults={
            "revision": reading.revision,
            "computed_at": now,
            "series": len(found),
            "parameters": _parameters(setting),
        },
    )
    return len(found)


def _parameters(setting: ForecastSetting) -> dict[str, Any]:
    return {
        "band": setting.band,
        "history_months": setting.history_months,
        "new_year": setting.new_year,
        "levels": setting.levels,
    }


def _shared(found: Mapping[Key, Outlook], values: Mapping[Key, Steps], months: int) -> dict[Key, Steps]:
    """The network's own forecast of each model over the dealers by their forecasts; parts sum to it."""
    by_model: dict[int, list[Key]] = defaultdict(list)
    for key in sorted(found):
        by_model[key[1]].append(key)
    answer = dict(values)
    for keys in by_model.values():
        whole = panels.summed([found[key] for key in keys], months).history
        if not all(found[key].errors is not None for key in keys) or not whole.any():
            continue
        own = choosing.choose(whole[None], horizon=HORIZON)
        totals = levels.rounded(own.forecast[0])
        parts = [
            levels.shared_out(totals[step], {f"{key[0]:012}": values[key][step] for key in keys})
            for step in range(HORIZON)
        ]
        for key in keys:
            answer[key] = [part[f"{key[0]:012}"] for part in parts]
    return answer


def _rows(
    month: Month,
    setting: ForecastSetting,
    found: Mapping[Key, Outlook],
    values: Mapping[Key, Steps],
    months: int,
) -> list[Forecast]:
    """Rows of dealers by model and in total, and of every unit above them."""
    rows: list[Forecast] = []
    z = Z_OF_BAND[setting.band]
    groups: dict[tuple[str, int, int], list[Key]] = defaultdict(list)
    lines = dealers.ancestry(month.last)
    for dealer, model in sorted(found):
        key = (dealer, model)
        own = DealerForecast(dealer_id=dealer, model_id=model)
        rows.append(_described(own, month, found[key], values[key], z))
        groups["dealer", dealer, ALL_MODELS].append(key)
        for unit in lines.get(dealer, ()):
            groups["unit", unit, model].append(key)
            groups["unit", unit, ALL_MODELS].append(key)
    for (level, pk, model), keys in groups.items():
        outlook = panels.summed([found[key] for key in keys], months)
        steps = [sum((values[key][step] for key in keys), Decimal(0)) for step in range(HORIZON)]
        rows.append(_described(_level(level, pk, model, keys), month, outlook, steps, z))
    return rows


def _level(level: str, pk: int, model: int, keys: Sequence[Key]) -> Forecast:
    named = {"model_id": model or None}
    if level == "dealer":
        return DealerForecast(dealer_id=pk, **named)
    return UnitForecast(unit_id=pk, dealers=len({dealer for dealer, _model in keys}), **named)


def _described(row: Forecast, month: Month, outlook: Outlook, values: Steps, z: float) -> Forecast:
    centre = np.array([float(value) for value in values])
    low, high = choosing.interval(centre, outlook.spread, z)
    row.made_for, row.method, row.kind, row.months = month.first, outlook.method, outlook.kind, outlook.months
    row.values, row.lows, row.highs = values, levels.rounded(low), levels.rounded(high)
    row.sigma = Decimal(f"{outlook.spread[0]:.4f}")
    figures = (outlook.tested_units, outlook.mae, outlook.wape, outlook.mase, outlook.bias)
    row.tested_units, row.mae, row.wape, row.mase, row.bias = _stored(figures)
    return row


def _stored(values: Iterable[float]) -> list[Decimal | None]:
    """Error figures as stored; None where undefined."""
    return [Decimal(f"{value:.6f}") if isfinite(value) else None for value in values]
