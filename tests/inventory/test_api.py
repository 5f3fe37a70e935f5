"""Stock through the API: arrivals, departures, transfers, counts; once for each key, errors by row."""

from __future__ import annotations

import pytest

from apps.inventory.models import StockDeclaration, StockMovement, StockUnit, Transfer
from tests.inventory.rows import VINS

UNITS, MOVES = "/api/v1/stock-units/", "/api/v1/stock-movements/"
TRANSFERS, COUNTS = "/api/v1/transfers/", "/api/v1/stock-declarations/"
CAR = {
    "external_id": "U1",
    "dealer": "D001",
    "received_on": "2026-03-10",
    "vin": VINS[0],
    "cost_amount": 100000,
}


@pytest.fixture
def send(d1_gm, api_of):
    client = api_of(d1_gm)
    keys = iter(range(1, 100))

    def post(address, body, door=client, key=None):
        header = {"Idempotency-Key": key or f"key-{next(keys):08d}"}
        return door.post(address, body, format="json", headers=header)

    return post


def test_a_vehicle_comes_and_goes(network, send, api_of, d1_gm, d2_gm) -> None:
    came = send(UNITS, CAR)
    assert (came.status_code, came.json()["created"]) == (201, 1)
    listed = api_of(d1_gm).get(UNITS, {"on": "2026-06-30"}).json()["results"]
    assert [(row["vin"], row["age"], row["cost_amount"]) for row in listed] == [(VINS[0], 112, "100000.00")]
    assert api_of(d2_gm).get(UNITS, {"on": "2026-06-30"}).json()["results"] == []
    went = send(MOVES, {"vin": VINS[0], "dealer": "D001", "left_on": "2026-06-20"})
    assert (went.status_code, went.json()["created"]) == (201, 1)
    again = send(MOVES, {"vin": VINS[0], "dealer": "D001", "left_on": "2026-06-20"})
    assert (again.status_code, again.json()["same"]) == (200, 1)
    assert api_of(d1_gm).get(UNITS, {"on": "2026-06-30"}).json()["count"] == 0
    moves = api_of(d1_gm).get(MOVES).json()["results"]
    assert [(row["kind"], row["quantity"], row["period"]) for row in moves] == [
        ("retail", -1, "2026-06-01"),
        ("receipt", 1, "2026-03-01"),
    ]


def test_a_repeated_key_has_one_effect(network, send) -> None:
    first, second = send(UNITS, CAR, key="key-once-1"), send(UNITS, CAR, key="key-once-1")
    assert (first.status_code, second.json()) == (201, first.json())
    assert StockMovement.objects.count() == 1


def test_wrong_rows_are_named(network, send) -> None:
    send(UNITS, CAR)
    rows = [
        CAR | {"external_id": "U2", "vin": VINS[1]},
        CAR | {"external_id": "U3"},
        CAR | {"external_id": "U4", "vin": None, "received_on": "10.3.2026"},
        CAR | {"external_id": "U5", "vin": None, "kind": "retail"},
    ]
    answer = send(UNITS, {"rows": rows})
    assert answer.status_code == 409
    assert [(item["row"], item["field"], item["code"]) for item in answer.json()["rows"]] == [
        (2, "vin", "held_here"),
        (3, "received_on", "ambiguous_date"),
        (4, "kind", "not_a_choice"),
    ]
    assert StockUnit.objects.count() == 1
    gone = send(MOVES, {"vin": VINS[3], "dealer": "D001", "left_on": "2026-06-20"})
    assert (gone.status_code, gone.json()["rows"][0]["code"]) == (409, "unknown_stay")


def test_ageing(network, send, api_of, d1_gm) -> None:
    rows = [
        CAR | {"external_id": f"U{n}", "vin": None, "received_on": day}
        for n, day in enumerate(("2026-06-30", "2026-05-31", "2026-05-30", "2026-03-31", "2025-06-29"))
    ]
    send(UNITS, {"rows": rows})
    body = api_of(d1_gm).get(f"{UNITS}ageing/", {"on": "2026-06-30"}).json()
    assert (body["on"], body["units"], body["cost_amount"]) == ("2026-06-30", 5, "500000.00")
    assert [(row["days"], row["units"]) for row in body["classes"]] == [
        ("0-30", 2),
        ("31-60", 1),
        ("61-90", 0),
        ("91-180", 1),
        ("181-365", 0),
        (">365", 1),
    ]
    assert api_of(d1_gm).get(f"{UNITS}ageing/", {"on": "soon"}).status_code == 400


def test_a_transfer_needs_both_dealers(network, send, hq_ops, api_of) -> None:
    send(UNITS, CAR)
    body = {"unit": StockUnit.objects.get().pk, "to_dealer": "D002", "moved_on": "2026-04-01"}
    assert send(TRANSFERS, body).status_code == 400
    assert not Transfer.objects.exists()
    done = send(TRANSFERS, body, door=api_of(hq_ops))
    assert done.status_code == 201
    assert done.json()["unit_in"] == Transfer.objects.get().unit_in_id


def test_counts(network, send, api_of, d2_gm) -> None:
    send(UNITS, CAR)
    wrong = send(COUNTS, {"dealer": "D001", "month": "2026-03", "end": 2})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "stock_difference")
    assert "+1" in wrong.json()["fields"]["end"]
    assert not StockDeclaration.objects.exists()
    right = send(COUNTS, {"dealer": "D001", "month": "2026-03", "end": 1})
    assert right.status_code == 201
    assert StockDeclaration.objects.get().lines["receipts"] == 1
    assert api_of(d2_gm).get(COUNTS).json()["count"] == 0
    late = send(UNITS, CAR | {"external_id": "U9", "vin": VINS[1], "received_on": "2026-02-10"})
    (told,) = late.json()["rows"]
    assert (late.status_code, told["field"], told["code"]) == (409, "received_on", "stock_difference")
    assert all(words in told["message"] for words in ("2026-03", "+1"))
    assert StockUnit.objects.count() == 1
    after = send(UNITS, CAR | {"external_id": "U9", "vin": VINS[1], "received_on": "2026-04-10"})
    assert after.status_code == 201


def test_who_may_only_look_sends_nothing(network, send, executive, api_of) -> None:
    door = api_of(executive)
    for address in (UNITS, MOVES, TRANSFERS, COUNTS):
        assert send(address, CAR, door=door).status_code == 403
    assert not StockUnit.objects.exists()
