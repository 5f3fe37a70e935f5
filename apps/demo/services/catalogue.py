"""The models of the sample brand."""

from __future__ import annotations

from decimal import Decimal

from apps.demo.rules import CATALOGUE
from apps.vehicles.models import Brand, CarModel, Series, Trim

BRAND = ("YX", "远景")


def build() -> dict[str, int]:
    """Create brand, series, models and trims; model code → key."""
    brand, _new = Brand.objects.get_or_create(code=BRAND[0], defaults={"name": BRAND[1]})
    found = {}
    for car in CATALOGUE:
        series, _new = Series.objects.get_or_create(
            code=f"{BRAND[0]}-{car.series}", defaults={"brand": brand, "name": car.series}
        )
        model, _new = CarModel.objects.get_or_create(
            code=car.code, defaults={"series": series, "name": car.name}
        )
        for number, (name, price) in enumerate(car.trims, 1):
            Trim.objects.get_or_create(
                code=f"{car.code}-{number}",
                defaults={"model": model, "name": name, "list_amount": Decimal(price)},
            )
        found[car.code] = model.pk
    return found
