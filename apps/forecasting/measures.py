"""The stock climate as measures: the answers of a month's survey, weighted. Source: I-03, §1.2."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Q, QuerySet, Sum, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.forecasting.models import ClimateWeights
from apps.forecasting.rules import via
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Measure, registry
from apps.reports.models import SubmissionVersion
from apps.reports.report_forms.dealers import SURVEY
from apps.reports.rules.states import State

FIELDS = {
    "demand": "demand",
    "stock": "inventory",
    "daily_sales": "sales",
    "staff": "staff",
    "operations": "operations",
}
"""Field of the survey → item of the index."""
ANSWERS = {"up": via.HUNDRED, "same": via.HUNDRED * via.HALF, "down": Decimal(0)}
"""What one answer is worth as a diffusion index of its own."""
_POINTS = DecimalField(max_digits=18, decimal_places=12)


def weights_of(months: Sequence[Month]) -> list[dict[str, Decimal]]:
    """The weights that hold in each month; equal ones before any were set."""
    rows = list(ClimateWeights.objects.order_by("-effective_from"))
    return [
        next((row.weights for row in rows if row.effective_from <= month.first), dict(via.EQUAL_WEIGHTS))
        for month in months
    ]


def replies(months: Sequence[Month]) -> QuerySet[SubmissionVersion]:
    """The surveys of some months in the versions that count: handed in and not returned."""
    rows = SubmissionVersion.objects.filter(
        submission__form=SURVEY.code,
        submission__period__in=[month.first for month in months],
        no=F("submission__submitted_version"),
    )
    return rows.exclude(submission__state__in=(State.DRAFT, State.RETURNED))


def complete(month: Month) -> QuerySet[SubmissionVersion]:
    """The surveys of a month with all five answers, each with its `points`: the index it would be alone, 0 to
    1. The mean of the points of many is the index of all of them. Source: §1.2.
    """
    weights = weights_of([month])[0]
    whole = sum(weights.values(), Decimal(0)) * via.HUNDRED
    points: Any = Value(Decimal(0), output_field=_POINTS)
    told = Q()
    for field, item in FIELDS.items():
        answer = f"content__values__{field}"
        told &= Q(**{f"{answer}__in": list(ANSWERS)})
        worth = [
            When(**{answer: text}, then=Value(weights[item] * via.part(item, index) / whole))
            for text, index in ANSWERS.items()
        ]
        points = points + Case(*worth, output_field=_POINTS)
    rows = replies([month]).filter(told, submission__dealer__isnull=False).annotate(points=points)
    return rows.select_related("submission__dealer").order_by("pk")


COLUMNS = (
    Column(
        "submission",
        _("Survey report"),
        value=lambda row: str(row.submission),
        link=lambda row: reverse("reports:report-detail", kwargs={"pk": row.submission_id}),
    ),
    Column("points", _("Index of this answer alone"), "percent"),
    Column("recorded_at", _("recorded at"), "datetime"),
)


def _declare(code: str, label: Any, aggregate: Any) -> None:
    registry.measure(
        Measure(
            code=code,
            label=label,
            kind=Kind.FLOW,
            unit=Unit.NUMBER,
            facts=complete,
            aggregate=aggregate,
            feed=None,
            columns=COLUMNS,
            dealer="submission__dealer_id",
            known_only=True,
        )
    )


_declare("forecasting.climate_points", _("Points of the stock climate answers"), Sum("points"))
_declare("forecasting.climate_answers", _("Answers to the stock climate survey"), Count("pk"))
