"""Facts in volume, told by how many: deliveries and stock of a dealer in a month."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from apps.closing import runner
from apps.closing import services as closing
from apps.core import access
from apps.dealers.models import Dealer
from apps.inventory import services as inventory
from apps.kernel.period import Month
from apps.sales import services as sales
from apps.vehicles.models import CarModel

SYSTEM = access.system("test")
_SALE = {
    "vin": "",
    "model": "",
    "model_id": None,
    "trim_text": "",
    "colour": "",
    "list_amount": None,
    "invoiced_on": None,
    "plated_on": None,
    "channel": "",
    "customer_type": "",
    "region_text": "",
    "note": "",
    "returns": "",
}


def sell(
    dealers: Dealer | list[Dealer],
    month: Month,
    units: int,
    now: datetime,
    price: str = "100000.00",
    model: CarModel | None = None,
) -> None:
    """Deliver so many cars (of a model) of each dealer in the middle of a month, each at the price."""
    rows = [
        {
            **_SALE,
            "external_id": f"{dealer.code}-{month}-{number}{model.code if model else ''}",
            "model_id": model.pk if model else None,
            "dealer_id": dealer.pk,
            "occurred_on": month.first.replace(day=15),
            "quantity": 1,
            "price_amount": Decimal(price),
        }
        for dealer in _each(dealers)
        for number in range(units)
    ]
    sales.record_deliveries(rows=rows, source="test", actor=SYSTEM, now=now)


def receive(dealers: Dealer | list[Dealer], month: Month, units: int, now: datetime) -> None:
    """Take so many cars into the stock of each dealer on the first of a month."""
    rows = [
        {
            "external_id": f"{dealer.code}-{month}-in-{number}",
            "dealer_id": dealer.pk,
            "kind": "receipt",
            "received_on": month.first,
            "produced_on": None,
            "vin": "",
            "model": "",
            "model_id": None,
            "trim_text": "",
            "colour": "",
            "cost_amount": None,
            "note": "",
        }
        for dealer in _each(dealers)
        for number in range(units)
    ]
    inventory.record_arrivals(rows=rows, source="test", actor=SYSTEM, now=now)


def close(month: Month, now: datetime, *, freeze: bool = False) -> None:
    """Compute a month (or close it) to its end."""
    run = closing.close_month(month=month, actor=SYSTEM, now=now, freeze=freeze)
    finished = runner.work_through(run)
    assert finished.status == "done", finished.status


def _each(dealers: Dealer | list[Dealer]) -> list[Dealer]:
    return [dealers] if isinstance(dealers, Dealer) else dealers
