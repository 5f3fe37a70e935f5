"""Delivered scores as measures: the version in force; without one there is no value, never 0."""

from __future__ import annotations

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Measure, registry
from apps.scores.models import DeliveredScore
from apps.scores.rules import SCORES

COLUMNS = (
    Column("score", _("Score"), value=lambda row: row.get_score_display()),
    Column("value", _("Value"), "number"),
    Column("version", _("Version"), "number"),
    Column("recorded_by", _("Recorded by")),
    Column("recorded_at", _("Recorded at"), "datetime"),
    Column("note", _("Note")),
)


def _in_force(month: Month) -> QuerySet[DeliveredScore]:
    return DeliveredScore.objects.filter(period=month.first, replaced_at__isnull=True)


for _each in SCORES.values():
    registry.measure(
        Measure(
            code=_each.code,
            label=_(_each.label),
            kind=Kind.RATE,
            unit=Unit(_each.unit),
            facts=_in_force,
            aggregate=Max("value"),
            feed=None,
            columns=COLUMNS,
            where=Q(score=_each.code),
            known_only=True,
        )
    )
