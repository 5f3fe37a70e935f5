"""Deliveries sent by other systems: one effect for each key, errors by row, scope by token."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.core.models import IdempotentRequest
from apps.sales.models import RetailDelivery

URL = "/api/v1/deliveries/"
VIN = "LDP0000A0SA000001"
ONE = {
    "external_id": "DMS-1",
    "dealer": "D001",
    "occurred_on": "2026-07-01",
    "vin": VIN.lower(),
    "model": "轩昂 X5",
    "price_amount": "135000.50",
}


@pytest.fixture
def send(d1_sm, api_of):
    client = api_of(d1_sm)

    def post(body, key="key-00000001", door=client):
        return door.post(URL, body, format="json", headers={"Idempotency-Key": key})

    return post


def test_one_delivery(network, send) -> None:
    answer = send(ONE)
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["created"], body["same"], body["late"], body["refused"]) == (1, 0, 0, 0)
    assert [(item["row"], item["field"], item["code"], item["warning"]) for item in body["rows"]] == [
        (1, "model", "model_unknown", True)
    ]
    fact = RetailDelivery.objects.get()
    assert (fact.dealer, fact.vin, fact.price_amount) == (network.d1, VIN, Decimal("135000.50"))
    assert (fact.occurred_on, fact.model_text, fact.model) == (date(2026, 7, 1), "轩昂 X5", None)
    assert fact.source == f"api@{network.d1.pk}"


def test_a_repeated_key_has_one_effect_and_the_same_answer(send) -> None:
    first, second = send(ONE), send(ONE)
    assert (second.status_code, second.content) == (201, first.content)
    assert RetailDelivery.objects.count() == 1


def test_a_key_with_another_body_is_refused(send) -> None:
    send(ONE)
    answer = send(ONE | {"external_id": "DMS-2"})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert RetailDelivery.objects.count() == 1


def test_without_a_key_nothing_is_taken(send) -> None:
    answer = send(ONE, key="short")
    assert answer.status_code == 400
    assert not RetailDelivery.objects.exists()


def test_the_same_delivery_under_another_key_changes_nothing(send) -> None:
    send(ONE)
    answer = send(ONE, key="key-00000002")
    assert (answer.status_code, answer.json()["same"], answer.json()["created"]) == (200, 1, 0)
    assert RetailDelivery.objects.count() == 1


def test_wrong_rows_are_named_and_nothing_is_taken(send) -> None:
    rows = [
        ONE,
        ONE | {"external_id": "", "occurred_on": "next week", "colour_of_dreams": "red"},
        ONE | {"external_id": "DMS-3", "vin": "LDP0000A1SA000001"},
        ONE | {"external_id": "DMS-4", "dealer": "D002"},
        "not an object",
        ONE | {"external_id": "DMS-6", "price_amount": "-5"},
    ]
    answer = send({"rows": rows})
    assert (answer.status_code, answer.json()["code"]) == (409, "rows_refused")
    found = {(item["row"], item["field"], item["code"]) for item in answer.json()["rows"]}
    assert {
        (2, "external_id", "required"),
        (2, "occurred_on", "not_a_date"),
        (2, "colour_of_dreams", "no_such_field"),
        (3, "vin", "vin_check_digit"),
        (4, "dealer", "dealer_unknown"),
        (5, "", "not_a_row"),
        (6, "price_amount", "out_of_range"),
    } <= found
    assert not any(row == 1 for row, _field, _code in found)
    assert not RetailDelivery.objects.exists()
    assert not IdempotentRequest.objects.exists()


def test_only_the_good_rows_are_taken_when_asked(send) -> None:
    rows = [ONE, ONE | {"external_id": "DMS-2", "dealer": "D002"}, ONE | {"external_id": "DMS-3", "vin": "X"}]
    answer = send({"rows": rows, "mode": "good", "source": "dms-hz"})
    body = answer.json()
    assert (answer.status_code, body["created"], body["refused"]) == (201, 1, 2)
    errors = [(item["row"], item["code"]) for item in body["rows"] if not item["warning"]]
    assert errors == [(2, "dealer_unknown"), (3, "vin_length")]
    assert list(RetailDelivery.objects.values_list("external_id", flat=True)) == ["DMS-1"]


@pytest.mark.parametrize(
    "body", [{"rows": []}, {"rows": [ONE] * 1001}, {"rows": [ONE], "mode": "some"}, [ONE]]
)
def test_bodies_that_are_no_batch(send, body) -> None:
    assert send(body).status_code == 400
    assert not RetailDelivery.objects.exists()


def test_two_dealers_may_use_the_same_numbers(network, send, d2_gm, api_of) -> None:
    send(ONE)
    answer = send(ONE | {"dealer": "D002"}, door=api_of(d2_gm))
    assert answer.status_code == 201
    assert RetailDelivery.objects.filter(external_id="DMS-1").count() == 2


def test_lists_hold_the_scope_and_filters(network, send, d2_gm, hq_ops, api_of) -> None:
    rows = [ONE | {"external_id": f"DMS-{n}", "occurred_on": f"2026-0{n}-01"} for n in (4, 5, 6)]
    assert send({"rows": rows}).status_code == 201
    assert api_of(d2_gm).get(URL).json()["results"] == []
    found = api_of(hq_ops).get(URL, {"month": "2026-05"}).json()
    assert found["count"] == 1
    assert found["results"][0]["external_id"] == "DMS-5"
    pk = found["results"][0]["id"]
    assert api_of(hq_ops).get(f"{URL}{pk}/").json()["price_amount"] == "135000.50"
    assert api_of(d2_gm).get(f"{URL}{pk}/").status_code == 404


def test_who_may_not_record_may_not_send(network, executive, api_of, send) -> None:
    answer = send(ONE, door=api_of(executive))
    assert answer.status_code == 403
    assert not RetailDelivery.objects.exists()
