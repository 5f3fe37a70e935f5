"""How far the cars that were counted differ from the book. Source: I-13."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.inventory.models import CountLine
from apps.inventory.rules import CountResult
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Measure, registry
from apps.periods import queries as periods

BOOKED = Q(unit__isnull=False)
COLUMNS = (
    Column("day", _("Day of the count"), "date", value=lambda row: row.sheet.day),
    Column(
        "sheet",
        _("Stock count"),
        value=lambda row: row.sheet.get_kind_display(),
        link=lambda row: reverse("inventory:count-detail", kwargs={"pk": row.sheet_id}),
    ),
    Column("vehicle_text", _("Vehicle"), "code"),
    Column("model_text", _("Model")),
    Column("result", _("Result"), value=lambda row: row.get_result_display()),
    Column("explanation", _("Explanation")),
)
_GAP = """
SELECT dealer_id, sum(abs(booked - counted)) FROM (
    SELECT dealer_id, sheet_id, count(*) FILTER (WHERE booked) AS booked,
           count(*) FILTER (WHERE result <> %s) AS counted
      FROM ({lines}) AS line (dealer_id, sheet_id, result, booked)
     GROUP BY dealer_id, sheet_id) AS sheet
 GROUP BY dealer_id
"""


def counted(month: Month) -> QuerySet[CountLine]:
    """The cars on all counts that were finished in a month, those that differ first."""
    first, last = periods.business_calendar().bounds(month)
    differs = Q(lacks_certificate=True) | ~Q(result=CountResult.FOUND)
    rows = CountLine.objects.filter(
        sheet__finished_at__date__gte=first, sheet__finished_at__date__lte=last
    ).annotate(
        place_in_list=Case(When(differs, then=Value(0)), default=Value(1), output_field=IntegerField())
    )
    return rows.select_related("sheet").order_by("place_in_list", "sheet__day", "vehicle_text", "pk")


def gap(month: Month) -> tuple[str, list[Any]]:
    """|book − counted| of every count of the month, added up by dealer, in cars. Source: I-13."""
    booked = Case(When(BOOKED, then=Value(True)), default=Value(False))
    lines = counted(month).order_by().values_list("dealer_id", "sheet_id", "result").annotate(booked=booked)
    sql, params = lines.query.sql_with_params()
    return _GAP.format(lines=sql), [CountResult.MISSING, *params]


def _declare(code: str, label: Any, aggregate: Any, told: Any = None) -> None:
    registry.measure(
        Measure(
            code=code,
            label=label,
            kind=Kind.FLOW,
            unit=Unit.UNITS,
            facts=counted,
            aggregate=aggregate,
            feed=None,
            columns=COLUMNS,
            known_only=True,
            told=told,
        )
    )


def _vehicles(where: Q) -> Count:
    """Cars of the month's counts; one found wanting twice is one car."""
    return Count("vehicle_text", filter=where, distinct=True)


BOOK = Count("pk", filter=BOOKED)
_declare("inventory.count_book_units", _("In the book of the counts (units)"), BOOK)
_declare("inventory.count_gap_units", _("Book against count (units)"), BOOK, gap)
_declare(
    "inventory.count_missing_units",
    _("Missing on a count (units)"),
    _vehicles(Q(result=CountResult.MISSING)),
)
_declare(
    "inventory.count_surplus_units",
    _("Too many on a count (units)"),
    _vehicles(Q(result=CountResult.SURPLUS)),
)
_declare(
    "inventory.count_misplaced_units",
    _("Found in the wrong place (units)"),
    _vehicles(Q(result=CountResult.WRONG_PLACE)),
)
_declare(
    "inventory.count_uncertified_units",
    _("Found without certificate (units)"),
    _vehicles(Q(lacks_certificate=True)),
)
