"""Whether dealers have what is asked of them: days without stock, orders that came in time.

Source: I-15.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.forecasting.models import DealerForecast, ForecastRun
from apps.inventory.models import Shipment
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Measure, registry
from apps.ordering.models import OrderLine
from apps.ordering.rules.plans import LineState
from apps.periods import queries as periods

_STOOD = """
SELECT unit.dealer_id, unit.model_id,
       range_agg(daterange(unit.received_on, unit.gone_on) * daterange(%s, %s)) AS days
  FROM inventory_stockunit AS unit
 WHERE unit.model_id IS NOT NULL AND unit.received_on < %s
   AND (unit.gone_on IS NULL OR unit.gone_on > %s) {of}
 GROUP BY unit.dealer_id, unit.model_id
"""
"""The days that ended with a car of a model at a dealer, as ranges within the days asked for."""
_OF_THE_FORECAST = """AND unit.dealer_id = forecasting_dealerforecast.dealer_id
   AND unit.model_id = forecasting_dealerforecast.model_id"""
_STOCKED = "(SELECT coalesce(sum(upper(stay) - lower(stay)), 0) FROM unnest(stood.days) AS stay)"
_EMPTY_DAYS = """
SELECT wanted.dealer_id, sum(CASE WHEN wanted.expected > 0 THEN %s - {stocked} ELSE 0 END)
  FROM ({wanted}) AS wanted (dealer_id, model_id, expected)
  LEFT JOIN ({stood}) AS stood USING (dealer_id, model_id)
 GROUP BY wanted.dealer_id
"""


def forecast(month: Month) -> QuerySet[DealerForecast]:
    """The models with a forecast for a month, by the newest one made before it: `expected` units, `days` of
    the month, and `days_empty`, those that ended without one in stock though sales were expected.
    Source: I-15.
    """
    days, window = _window(month)
    sql = f"SELECT {_STOCKED} FROM ({_STOOD.format(of=_OF_THE_FORECAST)}) AS stood"  # noqa: S608
    stocked = Coalesce(RawSQL(sql, window, output_field=IntegerField()), 0)  # noqa: S611 - no input in it
    rows = _expected(month).select_related("model").order_by("model_id", "pk")
    empty = Case(When(expected__gt=0, then=Value(days) - stocked), default=0)
    return rows.annotate(days=Value(days), days_empty=empty)


def _expected(month: Month) -> QuerySet[DealerForecast]:
    newest = ForecastRun.objects.filter(period__lt=month.first).order_by("-period").first()
    made_for = month.previous if newest is None else Month.of(newest.period)
    ahead = (month.year - made_for.year) * 12 + month.month - made_for.month
    rows = DealerForecast.objects.filter(made_for=made_for.first, model__isnull=False)
    return rows.filter(values__len__gte=ahead).annotate(expected=F(f"values__{ahead - 1}"))


def _window(month: Month) -> tuple[int, list[date]]:
    """The number of days of a month, and its ends as the ranges of stays ask for them."""
    first, last = periods.business_calendar().bounds(month)
    after = last + timedelta(days=1)
    return (after - first).days, [first, after, after, first]


def empty_days(month: Month) -> tuple[str, list[Any]]:
    """Days without stock of the models a dealer was expected to sell, by dealer, in one scan of the stays."""
    days, window = _window(month)
    rows = _expected(month).order_by().values_list("dealer_id", "model_id", "expected")
    wanted, params = rows.query.sql_with_params()
    sql = _EMPTY_DAYS.format(stocked=_STOCKED, wanted=wanted, stood=_STOOD.format(of=""))
    return sql, [days, *params, *window]


def promised(month: Month) -> QuerySet[OrderLine]:
    """The confirmed order lines whose promised day lies in a month, with the units `in_time`: received by
    that day, which is the configured number of days after confirmation. Source: I-15.
    """
    first, last = periods.business_calendar().bounds(month)
    firm = (LineState.CONFIRMED, LineState.ARRIVED)
    came = Shipment.objects.filter(
        order_no=OuterRef("order_no"), unit__isnull=False, arrived_on__lte=OuterRef("promised_on")
    )
    number = came.order_by().values("order_no").annotate(units=Count("pk")).values("units")
    lines = OrderLine.objects.filter(promised_on__gte=first, promised_on__lte=last, state__in=firm)
    in_time = Least(F("quantity"), Coalesce(Subquery(number), 0))
    return lines.annotate(in_time=in_time).select_related("model", "trim").order_by("promised_on", "pk")


FORECAST_COLUMNS = (
    Column(
        "model",
        _("Model"),
        value=lambda row: str(row.model),
        link=lambda row: reverse("forecasting:forecast-detail", kwargs={"pk": row.pk}),
    ),
    Column("expected", _("forecast"), "number"),
    Column("days", _("Days of the month"), "days"),
    Column("days_empty", _("Days without stock"), "days"),
)
LINE_COLUMNS = (
    Column("order_no", _("order number"), "code"),
    Column("model", _("Vehicle"), value=str),
    Column("promised_on", _("promised for"), "date"),
    Column("quantity", _("units"), "units"),
    Column("in_time", _("Received by then"), "units"),
)


def _declare(
    code: str,
    label: Any,
    unit: Unit,
    facts: Callable[[Month], QuerySet[Any]],
    aggregate: Any,
    columns: tuple[Column, ...],
    told: Callable[[Month], tuple[str, list[Any]]] | None = None,
) -> None:
    registry.measure(
        Measure(
            code=code,
            label=label,
            kind=Kind.FLOW,
            unit=unit,
            facts=facts,
            aggregate=aggregate,
            feed=None,
            columns=columns,
            known_only=True,
            told=told,
        )
    )


_declare(
    "ordering.forecast_days",
    _("Days of models with a forecast"),
    Unit.DAYS,
    forecast,
    Sum("days"),
    FORECAST_COLUMNS,
)
_declare(
    "ordering.empty_days",
    _("Days without stock of models that were expected to sell"),
    Unit.DAYS,
    forecast,
    Sum("days_empty"),
    FORECAST_COLUMNS,
    empty_days,
)
_declare(
    "ordering.promised_units",
    _("Ordered and promised (units)"),
    Unit.UNITS,
    promised,
    Sum("quantity"),
    LINE_COLUMNS,
)
_declare(
    "ordering.filled_units",
    _("Received as promised (units)"),
    Unit.UNITS,
    promised,
    Sum("in_time"),
    LINE_COLUMNS,
)
