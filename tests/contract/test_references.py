"""Naming a foreign dealer or object in what is sent is refused like naming one that does not exist."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.models import User
from apps.core.models import AuditEvent, ImportBatch
from apps.inventory.models import StockDeclaration, StockMovement, StockUnit, Transfer
from apps.metrics.models import FeedStatus
from apps.sales.models import RetailDelivery
from tests.contract.addresses import NO_PK, addresses
from tests.contract.clients import Door
from tests.contract.objects import World
from tests.contract.routes import all_routes

pytestmark = pytest.mark.django_db

FACTS = (RetailDelivery, StockUnit, StockMovement, Transfer, StockDeclaration, FeedStatus, User, AuditEvent)
DAY = "2026-07-01"
FORMS: dict[str, dict[str, Any]] = {
    "ordering:plan-create": {"dealer": "?", "starts_on": "2026-07-25"},
    "accounts:staff-create": {"dealer": "?", "username": "x", "display_name": "X", "role": "dealer_sales"},
    "sales:delivery-enter": {"dealer": "?", "occurred_on": DAY, "model": "X5"},
    "sales:evidence-enter": {
        "dealer": "?",
        "vin": "LDP0000A0SA000001",
        "kind": "registration",
        "issued_on": DAY,
    },
    "sales:delivery-correct": {"dealer": "?", "occurred_on": DAY, "model": "X5"},
    "inventory:arrival-enter": {"dealer": "?", "received_on": DAY, "kind": "receipt"},
    "inventory:aged-new": {
        "dealer": "?",
        "minimum_age_days": "0",
        "kind": "task",
        "plan": "x",
        "due_on": "2099-01-01",
    },
    "inventory:count-begin": {"dealer": "?", "kind": "three_day"},
    "inventory:declaration-enter": {"dealer": "?", "month": "2026-05", "end": "0"},
    "inventory:unit-transfer": {"dealer": "?", "moved_on": DAY},
    "finance:account-map": {"dealer": "?", "account": "6602.10", "line": "E80"},
    "reports:happen": {"dealer": "?", "trigger": "到货", "note": "X"},
    "work:webhook-new": {
        "dealer": "?",
        "label": "DMS",
        "url": "https://example.com/in",
        "events": "incentives.payment_made",
    },
}
"""Forms a dealer may open that ask for a dealer, with the rest of their fields."""

ENDPOINTS: dict[str, dict[str, Any]] = {
    "order-plan-list": {
        "dealer": "?",
        "starts_on": "2026-07-25",
        "lines": [{"model": "X5", "quantity": 1, "price_amount": "1000"}],
    },
    "staff-list": {"dealer": "?", "username": "x", "display_name": "X", "role": "dealer_sales"},
    "delivery-list": {"external_id": "N1", "dealer": "?", "occurred_on": DAY},
    "webhook-list": {
        "dealer": "?",
        "name": "DMS",
        "url": "https://example.com/in",
        "events": ["incentives.payment_made"],
    },
    "evidence-list": {"dealer": "?", "vin": "LDP0000A0SA000001", "kind": "invoice", "issued_on": DAY},
    "stock-unit-list": {"external_id": "N1", "dealer": "?", "received_on": DAY, "kind": "receipt"},
    "stock-movement-list": {
        "external_id": "CANARY-?-STAY-3",
        "dealer": "?",
        "left_on": DAY,
        "kind": "retail",
    },
    "stock-declaration-list": {"dealer": "?", "month": "2026-05", "end": 0},
    "feed-list": {"dealer": "?", "period": "2026-07", "feed": "sales.retail"},
}


@pytest.fixture
def door(doors: dict[str, Door]) -> Door:
    return doors["d1_gm"]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_takes_no_foreign_dealer(world: World, door: Door, name: str) -> None:
    url = reverse(name, kwargs=own_address(world, name))
    foreign, unknown = (refusal(door, url, told(FORMS[name], code)) for code in ("D004", "D999"))
    assert foreign[0] == 422
    assert foreign == unknown


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_endpoint_takes_no_foreign_dealer(world: World, door: Door, name: str) -> None:
    foreign, unknown = (
        refusal(door, reverse(name), told(ENDPOINTS[name], code)) for code in ("D004", "D999")
    )
    assert foreign[0] in (400, 409)
    assert foreign == unknown


def test_the_same_form_takes_the_own_dealer(world: World, door: Door) -> None:
    """What is refused above is the dealer, not the rest of the form."""
    answer = door.send("POST", reverse("sales:delivery-enter"), told(FORMS["sales:delivery-enter"], "D001"))
    assert answer.status_code == 302
    answer = door.send(
        "POST", reverse("inventory:arrival-enter"), told(FORMS["inventory:arrival-enter"], "D001")
    )
    assert answer.status_code == 302
    answer = door.send("POST", reverse("delivery-list"), told(ENDPOINTS["delivery-list"], "D001"))
    assert answer.status_code == 201, answer.json()


def test_a_transfer_takes_no_foreign_vehicle_and_no_foreign_target(world: World, door: Door) -> None:
    url, own = reverse("transfer-list"), world.own.keys["stock_unit"]
    body = {"unit": own, "to_dealer": "D001", "moved_on": DAY}
    foreign = refusal(door, url, body | {"unit": world.foreign.keys["stock_unit"]})
    assert foreign == refusal(door, url, body | {"unit": NO_PK})
    target = refusal(door, url, body | {"to_dealer": "D004"})
    assert target == refusal(door, url, body | {"to_dealer": "D999"})
    assert foreign[0] == target[0] == 400


def test_an_import_resolves_no_foreign_dealer(world: World, door: Door) -> None:
    found = []
    for code in ("D004", "D999"):
        table = f"销售单号,经销商代码,交车日期\nN1,{code},2026-07-01\n".encode()
        file = SimpleUploadedFile("table.csv", table, "text/csv")
        before = counts()
        answer = door.send("POST", reverse("core:import-new"), {"kind": "sales.retail", "file": file})
        assert answer.status_code == 302, answer.content.decode()
        batch = ImportBatch.objects.latest("pk")
        assert (batch.total_rows, batch.bad_rows) == (1, 1)
        found.append([row.errors for row in batch.rows.all()])
        assert counts()[:-1] == before[:-1]
    assert plain(str(found[0]).encode()) == plain(str(found[1]).encode())


def test_every_form_that_asks_a_dealer_for_a_dealer_is_tested(world: World, door: Door) -> None:
    asking = set()
    for route in all_routes():
        if route.name.startswith("admin:") or not hasattr(
            getattr(route.view, "view_class", None), "form_class"
        ):
            continue
        places = addresses(route, world)
        answer = door.get(reverse(route.name, kwargs=places.get("own", next(iter(places.values())))))
        form = (answer.context or {}).get("form") if answer.status_code == 200 else None
        if form is not None and {"dealer", "to_dealer", "unit", "group"} & set(form.fields):
            asking.add(route.name)
    assert asking == set(FORMS)


def own_address(world: World, name: str) -> dict[str, Any]:
    route = next(route for route in all_routes() if route.name == name)
    places = addresses(route, world)
    return places.get("own", places.get("-", {}))


def told(fields: dict[str, Any], code: str) -> dict[str, Any]:
    return {
        key: value.replace("?", code) if isinstance(value, str) else value for key, value in fields.items()
    }


def refusal(door: Door, url: str, body: dict[str, Any]) -> tuple[int, bytes]:
    """How a request was refused, without the name that was asked for; nothing may have changed."""
    before = counts()
    answer = door.send("POST", url, body)
    assert counts() == before
    errors = answer.context["form"].errors.as_json() if answer.context and "form" in answer.context else ""
    return answer.status_code, plain(errors.encode() or answer.content)


def counts() -> list[int]:
    return [model.objects.count() for model in FACTS]


def plain(text: bytes) -> bytes:
    return text.replace(b"D004", b"?").replace(b"D999", b"?")
