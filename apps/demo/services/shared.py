"""Cars of the sample that two stores sold together: some split by the maker, some still counted twice."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from apps.core.access import Actor
from apps.dealers.models import Dealer
from apps.demo.services import cast
from apps.demo.services.facts import SOURCE
from apps.sales import queries, services
from apps.sales.models import RetailDelivery

CARS = 5
SPLITS = ((Decimal("0.5"), "展厅成交、网点交付，按联合销售协议"), (Decimal("0.7"), "客户由本店邀约到店"))
_SAME = (
    "occurred_on",
    "vin",
    "model_id",
    "trim_text",
    "colour",
    "price_amount",
    "list_amount",
    "customer_type",
)


def build(*, hero: Dealer, neighbour: Dealer, actor: Actor, now: datetime) -> None:
    """Let a store nearby report the last cars of a store too, and headquarters split some of them."""
    near = Dealer.objects.filter(province=hero.province).exclude(pk=hero.pk).order_by("pk")
    partner = near.filter(unit=hero.unit).first() or near.first() or neighbour
    rows = RetailDelivery.objects.filter(dealer=hero, source=SOURCE, quantity=1).exclude(vin="")
    cars = list(rows.filter(pk__in=queries.standing()).order_by("-occurred_on", "-pk")[:CARS])
    services.record_deliveries(
        rows=[_reported(car, partner) for car in cars], source=SOURCE, actor=actor, now=now
    )
    maker = cast.person("hq_ops", now)
    for car, (share, reason) in zip(cars, SPLITS, strict=False):
        shares = ((hero, share), (partner, 1 - share))
        services.record_splits(
            rows=[
                {"vin": car.vin, "dealer_id": store.pk, "credit": credit, "note": reason}
                for store, credit in shares
            ],
            source=services.PAGE,
            actor=maker,
            now=now,
        )


def _reported(car: RetailDelivery, partner: Dealer) -> dict[str, object]:
    same = {name: getattr(car, name) for name in _SAME}
    return same | {
        "external_id": f"{car.external_id}-{partner.code}",
        "dealer_id": partner.pk,
        "model": car.model_text,
        "quantity": 1,
        "invoiced_on": None,
        "plated_on": None,
        "channel": car.channel,
        "region_text": "",
        "note": "联合销售",
        "returns": None,
    }
