"""Targets in force, by dealer and month; without a target there is no value, never 0.

Source: I-16, N-08, P-14.
"""

from __future__ import annotations

from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Measure, registry
from apps.periods import queries as periods
from apps.targets.models import Target
from apps.targets.rules import WHOLE, TargetKind

COLUMNS = (
    Column(
        "kind",
        _("Kind"),
        value=lambda row: row.get_kind_display(),
        link=lambda row: reverse("targets:target-detail", kwargs={"pk": row.pk}),
    ),
    Column("version", _("Version"), "number"),
    Column("units", _("Units"), "units"),
    Column("signed_by", _("Signed by")),
)


def _in_force(month: Month) -> QuerySet[Target]:
    return Target.objects.filter(period=month.first, line=WHOLE, replaced_at__isnull=True)


def _due(month: Month) -> QuerySet[Target]:
    """The targets of a month with `due`, what its days up to today ask for; afterwards the whole."""
    part = Value(periods.elapsed_share(month), output_field=DecimalField(max_digits=20, decimal_places=12))
    return _in_force(month).annotate(
        due=ExpressionWrapper(F("units") * part, output_field=DecimalField(max_digits=20, decimal_places=6))
    )


def _declare(kind: TargetKind, label: object) -> None:
    registry.measure(
        Measure(
            code=f"targets.{kind}_units",
            label=label,  # type: ignore[arg-type]
            kind=Kind.FLOW,
            unit=Unit.UNITS,
            facts=_in_force,
            aggregate=Sum("units"),
            feed=None,
            columns=COLUMNS,
            where=Q(kind=kind),
            known_only=True,
        )
    )


_declare(TargetKind.RETAIL, _("Retail target (units)"))
_declare(TargetKind.WHOLESALE, _("Wholesale target (units)"))
registry.measure(
    Measure(
        code="targets.retail_due_units",
        label=_("Retail target due by now (units)"),
        kind=Kind.FLOW,
        unit=Unit.UNITS,
        facts=_due,
        aggregate=Sum("due"),
        feed=None,
        columns=(*COLUMNS, Column("due", _("Due by now"), "number")),
        where=Q(kind=TargetKind.RETAIL),
        known_only=True,
    )
)
