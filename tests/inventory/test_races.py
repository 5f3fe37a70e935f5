"""Two who want one car at the same moment, over two real connections: one gets it, the other is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from apps.inventory import services
from apps.inventory.models import Reservation, Shipment, StockMovement, StockUnit, Transfer, TransferProposal
from tests.inventory.rows import VINS
from tests.racing import unfinished

DAY = date(2026, 7, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_one_car_one_gets_it(network, yard, ops, hq_ops, now, api_of, client_of) -> None:
    for nth in range(3):
        yard.come(f"U{nth}", network.d1, vin=VINS[nth])
    kept, given, gone = StockUnit.objects.order_by("external_id")
    api, page = api_of(hq_ops), client_of(hq_ops)

    def send(path: str, body: dict[str, Any]) -> Any:
        return api.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY=f"{path}{body}"[-90:])

    with unfinished(lambda: services.reserve(unit=kept, order_no="XS-1", actor=ops, now=now)):
        second = send("/api/v1/reservations/", {"unit": kept.pk, "order_no": "XS-2"})
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
    assert "XS-1" in second.json()["message"]

    offered = {"unit": given, "partner": "D002", "note": "", "actor": ops, "now": now}
    with unfinished(lambda: services.propose_transfer(**offered)):
        second = page.post(reverse("inventory:unit-propose", args=[given.pk]), {"partner": "D003"})
    assert second.status_code == 422
    assert "该车辆已提出调拨申请" in second.content.decode()

    moved = {"unit": gone, "to_dealer": network.d2, "moved_on": DAY, "note": "", "actor": ops, "now": now}
    with unfinished(lambda: services.transfer(**moved)):
        second = send("/api/v1/reservations/", {"unit": gone.pk, "order_no": "XS-3"})
    assert (second.status_code, second.json()["code"]) == (409, "not_in_stock")

    announced = {"external_id": "A1", "dealer_id": network.d1.pk, "order_no": "PO-1", "vin": VINS[3]}
    common = {"source": "maker", "actor": ops, "now": now}
    with unfinished(lambda: services.announce_shipments(rows=[announced], **common)):
        second = send("/api/v1/shipments/", {"external_id": "B1", "dealer": "D002", "vin": VINS[3]})
    assert (second.status_code, second.json()["rows"][0]["code"]) == (409, "on_the_way")

    assert list(Reservation.objects.values_list("order_no", flat=True)) == ["XS-1"]
    assert list(TransferProposal.objects.values_list("to_dealer__code", flat=True)) == ["D002"]
    assert list(Shipment.objects.values_list("dealer__code", "order_no")) == [("D001", "PO-1")]
    assert (Transfer.objects.count(), StockMovement.objects.count()) == (1, 5)
