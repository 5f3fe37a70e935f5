"""Closed months of the monthly store, written straight: sales by dealer and model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.metrics import partitions
from apps.metrics.models import MeasureValue, MonthRevision
from apps.vehicles.models import Brand, CarModel, Series

JUNE = Month(2026, 6)
SALES = "sales.retail_units"
SEASON = [30, 20, 45, 50, 60, 66, 59, 61, 70, 74, 72, 90]


def models(*codes: str) -> list[CarModel]:
    """Models on sale."""
    brand, _ = Brand.objects.get_or_create(code="B", name="B")
    series, _ = Series.objects.get_or_create(brand=brand, code="S", name="S")
    return [CarModel.objects.create(series=series, code=code, name=f"Model {code}") for code in codes]


def sales(
    sold: Mapping[tuple[Dealer, CarModel], Sequence[int | None]], now: datetime, last: Month = JUNE
) -> None:
    """Sales up to and including a month; None is a month the dealer did not report."""
    count = max(len(units) for units in sold.values())
    months = [last.shift(1 - count + place) for place in range(count)]
    partitions.ensure(months)
    for month in months:
        MonthRevision.objects.get_or_create(
            period=month.first, revision=1, defaults={"computed_at": now, "frozen_at": None}
        )
    totals: dict[tuple[int, Month], int] = {}
    rows = []
    for (dealer, model), units in sold.items():
        for month, value in zip(months[-len(units) :], units, strict=True):
            if value is None:
                continue
            totals[dealer.pk, month] = totals.get((dealer.pk, month), 0) + value
            if value:
                rows.append(_value(dealer.pk, month, value, str(model.pk)))
    rows += [_value(dealer, month, value, "") for (dealer, month), value in totals.items()]
    MeasureValue.objects.bulk_create(rows)


def _value(dealer: int, month: Month, value: int, dimension: str) -> MeasureValue:
    return MeasureValue(
        period=month.first,
        revision=1,
        measure=SALES,
        dealer_id=dealer,
        dimension=dimension,
        value=Decimal(value),
    )
