"""Targets in force, by dealer and month; without a target there is no value, never 0.

Source: I-16, N-08, P-14.
"""

from __future__ import annotations

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.metrics.registry import Measure, registry
from apps.targets import queries
from apps.targets.rules import TargetKind

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


def _declare(kind: TargetKind, label: object) -> None:
    registry.measure(
        Measure(
            code=f"targets.{kind}_units",
            label=label,  # type: ignore[arg-type]
            kind=Kind.FLOW,
            unit=Unit.UNITS,
            facts=queries.in_force,
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
        facts=queries.due_by_now,
        aggregate=Sum("due"),
        feed=None,
        columns=(*COLUMNS, Column("due", _("Due by now"), "number")),
        where=Q(kind=TargetKind.RETAIL),
        known_only=True,
    )
)
