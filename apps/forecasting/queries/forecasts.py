"""Forecasts an actor may see, and what other apps read of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from apps.core.access import Actor
from apps.forecasting import policies
from apps.forecasting.models import DealerForecast, Forecast, ForecastRun, UnitForecast
from apps.forecasting.queries import inputs
from apps.kernel.missing import Missing
from apps.kernel.period import Month, months_between
from apps.metrics import queries as metrics

NO_FORECAST = Missing("no_forecast")
SHOWN_MONTHS = 36


@dataclass(frozen=True)
class NextMonth:
    """What is expected of a month, in units: the forecast, its root mean squared error, the month."""

    value: Decimal
    sigma: Decimal
    month: Month


@dataclass(frozen=True)
class Track:
    """One month as it was forecast one month ahead, and as it came (None: not known yet)."""

    month: Month
    forecast: Decimal
    low: Decimal
    high: Decimal
    came: Decimal | None

    @property
    def error(self) -> Decimal | None:
        """What came minus the forecast."""
        return None if self.came is None else self.came - self.forecast

    @property
    def inside(self) -> bool | None:
        """Whether it came within the band."""
        return None if self.came is None else self.low <= self.came <= self.high


def runs(*, actor: Actor) -> QuerySet[ForecastRun]:
    """The months after which forecasts were made."""
    return policies.run.visible_to(actor, ForecastRun.objects.all())


def latest_run(*, actor: Actor) -> ForecastRun | None:
    """The newest forecasts."""
    return runs(actor=actor).order_by("-period").first()


def dealer_forecasts(*, actor: Actor) -> QuerySet[DealerForecast]:
    """Forecasts of the actor's dealers by model and in total."""
    rows = DealerForecast.objects.select_related("dealer", "model")
    return policies.dealer.visible_to(actor, rows)


def unit_forecasts(*, actor: Actor) -> QuerySet[UnitForecast]:
    """Forecasts of the actor's units by model and in total."""
    return policies.unit.visible_to(actor, UnitForecast.objects.select_related("unit", "model"))


def next_month(dealer_ids: Collection[int], *, month: Month) -> dict[tuple[int, int], NextMonth]:
    """What dealers are expected to sell of each model in a month, from the newest forecast before it.

    A pair that is absent has no forecast (Missing `no_forecast`), which is not 0. Source: §1.3 (F, σ_F).
    """
    newest = ForecastRun.objects.filter(period__lt=month.first).order_by("-period").first()
    if newest is None:
        return {}
    rows = DealerForecast.objects.filter(
        made_for=newest.period, dealer_id__in=list(dealer_ids), model__isnull=False
    )
    found = {}
    for row in rows:
        value = row.value_of(month)
        if value is not None and row.model_id is not None:
            found[row.dealer_id, row.model_id] = NextMonth(value, row.sigma, month)
    return found


def beside(row: DealerForecast, *, actor: Actor) -> list[DealerForecast]:
    """The other forecasts of the same dealer made at the same time, the total first."""
    rows = dealer_forecasts(actor=actor).filter(made_for=row.made_for, dealer=row.dealer)
    return sorted(rows, key=lambda one: (one.model_id is not None, -one.values[0], one.pk))


def history(row: Forecast, dealer_ids: list[int]) -> list[tuple[Month, Decimal | None]]:
    """What was sold in the months up to the one a forecast was made after; unreported months are None."""
    known = inputs.months_of_history(dealer_ids, row.model_id, row.month, SHOWN_MONTHS)
    shown = months_between(row.month.shift(1 - SHOWN_MONTHS), row.month)
    return [
        (month, None if month.first not in known else Decimal(round(known[month.first]))) for month in shown
    ]


def track(row: DealerForecast, *, actor: Actor) -> list[Track]:
    """How earlier forecasts of the same series one month ahead went, the newest first."""
    earlier = list(
        dealer_forecasts(actor=actor)
        .filter(dealer=row.dealer, model=row.model, made_for__lte=row.made_for)
        .order_by("-made_for")[:12]
    )
    if not earlier:
        return []
    known = inputs.months_of_history(
        [row.dealer_id], row.model_id, earlier[0].month.next, len(earlier) + SHOWN_MONTHS
    )
    return [
        Track(one.month.next, one.values[0], one.lows[0], one.highs[0], _came(known, one.month.next))
        for one in earlier
    ]


def _came(known: Mapping[date, float], month: Month) -> Decimal | None:
    value = known.get(month.first)
    return None if value is None else Decimal(round(value))


def computable(*, actor: Actor) -> list[Month]:
    """The months with a reading, newest first: forecasts can be made after them."""
    found = {Month.of(row.period) for row in metrics.revisions(actor=actor).filter(computed_at__isnull=False)}
    return sorted(found, reverse=True)
