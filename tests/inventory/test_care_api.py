"""Marks, loans, agreements, actions on aged stock and the stock board over the API, as on the pages."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from apps.inventory.models import AgedAction, BuyBackAgreement, FloorPlanLoan, StockUnit, UnitMark
from tests.inventory.rows import VINS

LOAN = {"lender": "工商银行", "number": "DK-1", "principal_amount": "90000", "annual_rate": "0.06"}


@pytest.fixture
def unit(network, yard) -> StockUnit:
    yard.come("U1", network.d1, vin=VINS[0], colour="白")
    yard.come("U2", network.d2, vin=VINS[1])
    return StockUnit.objects.get(external_id="U1")


@pytest.fixture
def send(api_of):
    def post(user, path, body):
        key = f"{user.username}{path}{sorted(body)}"[-99:]
        return api_of(user).post(f"/api/v1/{path}/", body, format="json", HTTP_IDEMPOTENCY_KEY=key)

    return post


def listed(door, path, **asked):
    return door.get(f"/api/v1/{path}/", asked).json()["results"]


def test_what_is_true_of_a_vehicle(unit, send, d1_gm, d2_gm, hq_ops, api_of) -> None:
    told = {"unit": unit.pk, "kind": "certificate", "value": "bank", "valid_from": "2026-06-01"}
    assert send(d1_gm, "vehicle-marks", told | {"value": "lost", "reason": "x"}).status_code == 400
    assert send(d2_gm, "vehicle-marks", told).status_code == 400
    assert send(d1_gm, "vehicle-marks", told).status_code == 201
    stop = {"unit": unit.pk, "kind": "stop_sale", "reason": "召回", "valid_from": "2026-06-01"}
    assert send(d1_gm, "vehicle-marks", stop).status_code == 409
    made = send(hq_ops, "vehicle-marks", stop).json()["id"]
    own = api_of(d1_gm)
    (row,) = listed(own, "vehicle-marks", certificate="bank", is_open="true")
    assert (row["vin"], row["value"], row["valid_to"]) == (VINS[0], "bank", None)
    assert [row["id"] for row in listed(own, "vehicle-marks", kind="stop_sale", vin="000001")] == [made]
    assert listed(own, "vehicle-marks", sold="true") == listed(api_of(d2_gm), "vehicle-marks") == []
    assert own.post(f"/api/v1/vehicle-marks/{made}/end/").status_code == 409
    assert api_of(hq_ops).post(f"/api/v1/vehicle-marks/{made}/end/").json()["ended_by"] == "hq_ops"
    assert UnitMark.objects.filter(valid_to=None).count() == 1


def test_loans_come_and_are_repaid(unit, send, d1_gm, d2_gm, api_of) -> None:
    told = LOAN | {"dealer": "D001", "vin": VINS[0], "started_on": "2026-06-01"}
    assert send(d1_gm, "floor-plan-loans", told).json()["created"] == 1
    wrong = send(d1_gm, "floor-plan-loans", {"rows": [told, told | {"vin": VINS[2]}]})
    assert (wrong.status_code, wrong.json()["rows"][0]["code"]) == (409, "not_here")
    repaid = send(d1_gm, "floor-plan-loans", told | {"ended_on": "2026-06-30"})
    assert repaid.json()["created"] == 1
    assert FloorPlanLoan.objects.get().ended_on == date(2026, 6, 30)
    assert listed(api_of(d1_gm), "floor-plan-loans", lender="工商")[0]["principal_amount"] == "90000.00"
    assert listed(api_of(d1_gm), "floor-plan-loans", is_open="true") == []
    assert listed(api_of(d2_gm), "floor-plan-loans") == []


def test_agreements_and_actions(unit, send, d1_gm, hq_ops, api_of) -> None:
    told = {"dealer": "D001", "number": "HG-1", "terms": "回购", "minimum_age_days": 30}
    told |= {"price_rate": "0.95", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    assert send(d1_gm, "buy-back-agreements", told).status_code == 403
    made = send(hq_ops, "buy-back-agreements", told).json()["id"]
    plan = {"dealer": "D001", "kind": "promotion", "plan": "置换补贴", "due_on": "2099-01-01"}
    foreign = StockUnit.objects.get(external_id="U2").pk
    assert send(d1_gm, "aged-actions", plan | {"units": [foreign]}).status_code == 409
    assert send(d1_gm, "aged-actions", plan | {"units": [foreign, unit.pk], "x": 1}).status_code == 201
    assert [row["vehicles"] for row in listed(api_of(d1_gm), "aged-actions", is_open="true")] == [1]
    body = {"unit": unit.pk, "bought_on": "2026-07-01"}
    done = send(hq_ops, f"buy-back-agreements/{made}/buy-back", body)
    assert (done.status_code, done.json()["price_amount"]) == (201, "95000.00")
    assert AgedAction.objects.get().done_on is not None
    assert BuyBackAgreement.objects.get().vehicles.count() == 1


def test_the_board_and_the_list_of_marks(unit, d1_gm, d2_gm, api_of, client_of) -> None:
    (row,) = listed(api_of(d1_gm), "stock-board", by="colour", on="2026-07-12")
    assert (row["key"], row["units"], row["ages"]["91-180"], row["cost_amount"]) == ("白", 1, 1, "100000.00")
    assert listed(api_of(d1_gm), "stock-board", by="trim", trim="") != []
    assert api_of(d1_gm).get("/api/v1/stock-board/", {"trim": "unknown"}).status_code == 400
    assert api_of(d1_gm).get("/api/v1/stock-board/", {"by": "x"}).status_code == 400
    assert [row["key"] for row in listed(api_of(d2_gm), "stock-board", by="dealer")] == ["D002"]
    assert client_of(d1_gm).get(reverse("inventory:mark-list")).status_code == 200
    assert listed(api_of(d1_gm), "order-suggestions", dealer="D001") == []
    assert api_of(d1_gm).get("/api/v1/order-suggestions/", {"dealer": "D002"}).status_code == 404
