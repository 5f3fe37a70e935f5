"""The cars on their way that a dealer has paid: its stock before they arrive. Source: I-01."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.inventory.models import Shipment, paid_on_the_way
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Measure, registry
from apps.periods import queries as periods


def paid(month: Month) -> QuerySet[Shipment]:
    """The shipments on their way and paid at the end of a business month."""
    _first, last = periods.business_calendar().bounds(month)
    return Shipment.objects.filter(paid_on_the_way(last)).select_related("model")


registry.measure(
    Measure(
        code="inventory.paid_transit_units",
        label=_("Paid vehicles on their way (units)"),
        kind=Kind.STOCK,
        unit=Unit.UNITS,
        facts=paid,
        aggregate=Count("pk"),
        feed=None,
        columns=(
            Column(
                "vehicle",
                _("Vehicle"),
                "code",
                value=str,
                link=lambda row: reverse("inventory:shipment-detail", kwargs={"pk": row.pk}),
            ),
            Column("model", _("Model"), value=lambda row: str(row.model or row.model_text)),
            Column("shipped_on", _("Shipped on"), "date"),
            Column("paid_on", _("Known as paid since"), "date"),
            Column("eta_on", _("Expected on"), "date"),
        ),
    )
)
