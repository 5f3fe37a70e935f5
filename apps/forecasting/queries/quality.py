"""How well forecasts do: error figures by level and by method, from back-tests and from what came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers.models.units import UNIT_KINDS
from apps.forecasting.models import METHODS
from apps.forecasting.queries import forecasts
from apps.forecasting.queries.inputs import SALES
from apps.kernel.missing import Missing
from apps.kernel.period import Month
from apps.kernel.stats import median
from apps.metrics import queries as metrics
from apps.metrics.models import MeasureValue

SHOWN_RUNS = 12
FIGURES = ("tested_units", "mae", "wape", "mase", "bias")
Figures = tuple[Decimal | None, ...]
DEALERS, SERIES = _("Dealer"), _("Model at a dealer")


@dataclass(frozen=True)
class Quality:
    """Error figures of a group of series from their back-tests.

    `wape` is Σ|e| ÷ Σy, `bias` Σe ÷ Σy; `better` is the share of series with a MASE below 1.
    """

    label: Any
    series: int
    wape: Decimal | None
    median_wape: Decimal | None
    median_mase: Decimal | None
    bias: Decimal | None
    better: Decimal | None


@dataclass(frozen=True)
class Hindsight:
    """All dealers in a month: forecast a month before, what came, its error, how many lay in their band."""

    month: Month
    forecast: Decimal
    came: Decimal | None
    wape: Decimal | None
    inside: Decimal | None


def by_level(*, actor: Actor, made_for: date) -> list[Quality]:
    """Error figures of each level the actor sees, from the network down to models at dealers."""
    groups: dict[Any, list[Figures]] = defaultdict(list)
    units = forecasts.unit_forecasts(actor=actor).filter(made_for=made_for, model__isnull=True)
    for kind, *figures in units.order_by().values_list("unit__kind", *FIGURES):
        groups[kind].append(tuple(figures))
    rows = forecasts.dealer_forecasts(actor=actor).filter(made_for=made_for).order_by()
    for model, *figures in rows.values_list("model", *FIGURES):
        groups[DEALERS if model is None else SERIES].append(tuple(figures))
    labels = [*UNIT_KINDS, (DEALERS, DEALERS), (SERIES, SERIES)]
    return [_quality(label, groups[kind]) for kind, label in labels if kind in groups]


def by_method(*, actor: Actor, made_for: date) -> list[Quality]:
    """Error figures of the models at dealers by the method chosen for them, the most chosen first."""
    groups: dict[str, list[Figures]] = defaultdict(list)
    rows = forecasts.dealer_forecasts(actor=actor).filter(made_for=made_for, model__isnull=False)
    for method, *figures in rows.order_by().values_list("method", *FIGURES):
        groups[method].append(tuple(figures))
    found = [_quality(label, groups[code]) for code, label in METHODS if code in groups]
    return sorted(found, key=lambda one: -one.series)


def _quality(label: Any, rows: Sequence[Figures]) -> Quality:
    tested = [row for row in rows if row[0] is not None]
    units = sum((row[0] for row in tested if row[0] is not None), Decimal(0))
    errors = sum((row[1] for row in tested if row[1] is not None), Decimal(0))
    signed = sum((row[0] * row[4] for row in tested if row[0] and row[4] is not None), Decimal(0))
    scaled = [row[3] for row in rows if row[3] is not None]
    return Quality(
        label=label,
        series=len(rows),
        wape=errors / units if units else None,
        median_wape=_middle(row[2] for row in rows),
        median_mase=_middle(scaled),
        bias=signed / units if units else None,
        better=Decimal(sum(value < 1 for value in scaled)) / len(scaled) if scaled else None,
    )


def _middle(values: Iterable[Decimal | None]) -> Decimal | None:
    found = median(value for value in values if value is not None)
    return None if isinstance(found, Missing) else found


def hindsight(*, actor: Actor) -> list[Hindsight]:
    """What was forecast one month ahead for the actor's dealers, and what came; the newest month first."""
    made = [run.period for run in forecasts.runs(actor=actor).order_by("-period")[:SHOWN_RUNS]]
    rows = forecasts.dealer_forecasts(actor=actor).filter(made_for__in=made, model__isnull=True)
    told: dict[date, dict[int, tuple[Decimal, Decimal, Decimal]]] = defaultdict(dict)
    for period, dealer, values, lows, highs in rows.order_by().values_list(
        "made_for", "dealer", "values", "lows", "highs"
    ):
        told[period][dealer] = (values[0], lows[0], highs[0])
    came = _came([Month.of(period).next for period in told])
    return [
        _hindsight(Month.of(period).next, told[period], came.get(Month.of(period).next.first, {}))
        for period in sorted(told, reverse=True)
    ]


def _came(months: Sequence[Month]) -> dict[date, dict[int, Decimal]]:
    """What every dealer sold in months that are frozen; an open month says nothing yet."""
    readings = {
        month: row for month, row in metrics.current_revisions(months).items() if row.frozen_at is not None
    }
    found: dict[date, dict[int, Decimal]] = defaultdict(dict)
    if readings:
        rows = MeasureValue.objects.filter(
            metrics.in_readings(readings) & Q(measure=SALES, dimension="")
        ).values_list("period", "dealer_id", "value")
        for period, dealer, value in rows:
            found[period][dealer] = value
    return found


def _hindsight(
    month: Month, told: dict[int, tuple[Decimal, Decimal, Decimal]], came: dict[int, Decimal]
) -> Hindsight:
    """Only dealers of which both are known are compared."""
    both = sorted(told.keys() & came.keys())
    forecast = sum((told[dealer][0] for dealer in both or told), Decimal(0))
    if not both:
        return Hindsight(month, forecast, None, None, None)
    sold = sum((came[dealer] for dealer in both), Decimal(0))
    errors = sum((abs(came[dealer] - told[dealer][0]) for dealer in both), Decimal(0))
    inside = sum(told[dealer][1] <= came[dealer] <= told[dealer][2] for dealer in both)
    return Hindsight(month, forecast, sold, errors / sold if sold else None, Decimal(inside) / len(both))
