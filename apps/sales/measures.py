"""What is measured of retail deliveries, for each dealer and month of posting."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Feed, Measure, registry
from apps.sales.models import RetailDelivery

RETAIL = "sales.retail"
_MONEY = DecimalField(max_digits=20, decimal_places=6)
_UNITS = DecimalField(max_digits=20, decimal_places=6)
COLUMNS = (
    Column("occurred_on", _("Date"), "date"),
    Column(
        "external_id",
        _("External number"),
        "code",
        link=lambda row: reverse("sales:delivery-detail", kwargs={"pk": row.pk}),
    ),
    Column("vin", "VIN", "code"),
    Column("model", _("Model"), value=lambda row: str(row.model or row.model_text)),
    Column("quantity", _("Quantity"), "units"),
    Column("credit", _("Share"), "share"),
    Column("price_amount", _("Transaction price"), "money"),
)


def _of_month(month: Month) -> QuerySet[RetailDelivery]:
    return RetailDelivery.objects.filter(period=month.first).select_related("model")


_SHARED = Q(credit__lt=1)


def _credited(counted: Any, output: Any) -> Any:
    """The sum over cars, each for its share: in full, less what other stores have of shared ones."""
    of_others = Coalesce(Sum(counted * (1 - F("credit")), filter=_SHARED), 0, output_field=output)
    return ExpressionWrapper(Sum(counted) - of_others, output_field=output)


_UNPRICED = Coalesce(Sum("quantity", filter=Q(price_amount__isnull=True)), 0)
# one unknown price makes the sum unknown, not smaller
AMOUNT = Case(
    When(
        Exact(_UNPRICED, 0),
        then=Coalesce(_credited(F("quantity") * F("price_amount"), _MONEY), 0, output_field=_MONEY),
    ),
    output_field=_MONEY,
)

registry.feed(Feed(RETAIL, _("Retail deliveries"), due_day=3))
registry.measure(
    Measure(
        code="sales.retail_units",
        label=_("Retail deliveries (units)"),
        kind=Kind.FLOW,
        unit=Unit.UNITS,
        facts=_of_month,
        aggregate=_credited(F("quantity"), _UNITS),
        feed=RETAIL,
        columns=COLUMNS,
        dimension="model_id",
    )
)
registry.measure(
    Measure(
        code="sales.retail_amount",
        label=_("Retail deliveries (amount)"),
        kind=Kind.FLOW,
        unit=Unit.YUAN,
        facts=_of_month,
        aggregate=AMOUNT,
        feed=RETAIL,
        columns=COLUMNS,
    )
)
