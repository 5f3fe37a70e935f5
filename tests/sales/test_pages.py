"""Deliveries through pages: entered, found, returned, corrected, exported; each inside its scope."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from apps.sales.models import RetailDelivery
from apps.sales.services import deliveries, posting
from apps.vehicles.models import Brand, CarModel, Series
from tests.conftest import WALLS
from tests.sales.rows import row

VIN = "LDP0000A0SA000001"
FORM = {"dealer": "D001", "occurred_on": "2026-07-01", "vin": f" {VIN.lower()} ", "model": "轩昂 X5"}


@pytest.fixture
def stock(network, hq_ops, actor_of, now):
    """Two deliveries of D001, one of D004."""
    rows = [
        row("A1", network.d1.pk, vin=VIN, model="轩昂 X5"),
        row("A2", network.d1.pk, occurred_on=date(2026, 5, 2), model="轩昂 X7"),
        row("B1", network.d4.pk, price_amount=Decimal("88888.50")),
    ]
    deliveries.record_deliveries(rows=rows, source="dms", actor=actor_of(hq_ops), now=now)
    return {fact.external_id: fact for fact in RetailDelivery.objects.all()}


def url(name: str, fact: RetailDelivery) -> str:
    return reverse(f"sales:{name}", kwargs={"pk": fact.pk})


def test_a_dealer_enters_a_delivery(network, d1_sm, client_of) -> None:
    series = Series.objects.create(
        brand=Brand.objects.create(code="XA", name="轩昂"), code="X", name="X 系列"
    )
    car = CarModel.objects.create(series=series, code="X5", name="X5")
    page = client_of(d1_sm)
    assert 'value="D001"' in page.get(reverse("sales:delivery-enter")).content.decode()
    answer = page.post(reverse("sales:delivery-enter"), FORM | {"price_amount": "135000.00"})
    fact = RetailDelivery.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url("delivery-detail", fact))
    assert (fact.dealer, fact.vin, fact.model, fact.quantity) == (network.d1, VIN, car, 1)
    assert fact.source == f"page@{network.d1.pk}"
    shown = page.get(answer["Location"]).content.decode()
    assert "135,000.00" in shown
    assert VIN in shown


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"dealer": "D002"}, "dealer"),
        ({"occurred_on": "2126-07-01"}, "occurred_on"),
        ({"vin": "LDP0000A1SA000001"}, "vin"),
        ({"vin": "LDP"}, "vin"),
        ({"price_amount": "-1"}, "price_amount"),
        ({"channel": "nonsense"}, "channel"),
    ],
)
def test_a_wrong_delivery_is_shown_on_its_field(network, d1_sm, client_of, changed, field) -> None:
    answer = client_of(d1_sm).post(reverse("sales:delivery-enter"), FORM | changed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not RetailDelivery.objects.exists()


def test_lists_hold_the_scope_and_the_filters(stock, d1_sm, prov_zj, hq_ops, client_of) -> None:
    address = reverse("sales:delivery-list")

    def shown(user, **filters) -> list[str]:
        answer = client_of(user).get(address, filters)
        assert answer.status_code == 200
        return [fact.external_id for fact in answer.context["table"].rows]

    assert shown(d1_sm) == ["A1", "A2"]
    assert shown(prov_zj) == ["A1", "A2"]
    assert shown(hq_ops) == ["B1", "A1", "A2"]
    assert shown(hq_ops, month="2026-05") == ["A2"]
    assert shown(hq_ops, dealer="d004") == ["B1"]
    assert shown(hq_ops, vin="ldp0000a0") == ["A1"]
    assert shown(hq_ops, model="X7") == ["A2"]
    assert shown(d1_sm, dealer="D004") == []


def test_a_foreign_delivery_does_not_exist(stock, d1_sm, hq_ops, client_of) -> None:
    page = client_of(d1_sm)
    for name in ("delivery-detail", "delivery-correct", "delivery-return"):
        if name == "delivery-detail":
            assert page.get(url(name, stock["B1"])).status_code == 404
        else:
            assert page.get(url(name, stock["A1"])).status_code == 403
    assert client_of(hq_ops).get(url("delivery-return", stock["B1"])).status_code == 200


def test_who_may_not_record_gets_no_form(stock, executive, client_of) -> None:
    page = client_of(executive)
    assert page.get(reverse("sales:delivery-enter")).status_code == 403
    assert page.post(reverse("sales:delivery-enter"), FORM).status_code == 403
    assert RetailDelivery.objects.count() == 3


def test_a_car_is_taken_back(stock, d1_gm, client_of) -> None:
    page = client_of(d1_gm)
    answer = page.post(url("delivery-return", stock["A1"]), {"returned_on": "2026-06-11", "note": "质量问题"})
    back = RetailDelivery.objects.get(quantity=-1)
    assert answer["Location"] == url("delivery-detail", back)
    assert (back.reverses, back.note) == (stock["A1"], "质量问题")
    again = page.post(url("delivery-return", stock["A1"]), {"returned_on": "2026-06-12", "note": "再次"})
    assert again.status_code == 422
    assert RetailDelivery.objects.filter(quantity=-1).count() == 1


def test_a_return_that_was_itself_taken_back_leaves_the_delivery_in_force(
    stock, hq_ops, d1_gm, client_of, actor_of, now
) -> None:
    """Buttons and chain follow the newest word on the delivery: sold, returned, return withdrawn."""
    page = client_of(d1_gm)
    page.post(url("delivery-return", stock["A1"]), {"returned_on": "2026-06-11", "note": "质量问题"})
    shown = page.get(url("delivery-detail", stock["A1"])).context
    assert [button["url"] for button in shown["buttons"] if "correct" in button["url"]] == []
    back = RetailDelivery.objects.get(quantity=-1)
    posting.counter("SELECT %(pk)s::bigint", {"pk": back.pk}, None, now)
    shown = page.get(url("delivery-detail", stock["A1"])).context
    assert sorted(fact.quantity for fact in shown["chain"].rows) == [-1, 1, 1]
    assert [button["url"] for button in shown["buttons"] if "correct" in button["url"]] != []


def test_a_price_is_put_right(stock, d1_gm, client_of) -> None:
    page = client_of(d1_gm)
    form = page.get(url("delivery-correct", stock["A1"])).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value is not None}
    answer = page.post(url("delivery-correct", stock["A1"]), data | {"price_amount": "99000"})
    assert answer.status_code == 302
    newest = RetailDelivery.objects.get(external_id="A1", revision=3)
    assert (newest.price_amount, newest.vin, newest.occurred_on) == (Decimal(99000), VIN, date(2026, 6, 10))
    chain = page.get(answer["Location"]).context["chain"]
    assert [(fact.revision, fact.quantity) for fact in chain.rows] == [(1, 1), (2, -1), (3, 1)]
    assert "更正" not in page.get(url("delivery-detail", stock["A1"])).context["buttons"]


def test_the_export_holds_all_rows_and_columns(stock, d1_sm, client_of) -> None:
    answer = client_of(d1_sm).get(reverse("sales:delivery-list"), {"_export": "xlsx"})
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[1] for row in rows[1:3]] == ["A1", "A2"]


def test_the_number_of_queries_does_not_grow(stock, hq_ops, client_of, django_assert_max_num_queries) -> None:
    page = client_of(hq_ops)
    page.get(reverse("sales:delivery-list"))
    with django_assert_max_num_queries(8 + WALLS):
        page.get(reverse("sales:delivery-list"))
