"""Stock through pages: entered, listed by age, left, transferred, adjusted, counted; inside its scope."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.inventory.models import StockDeclaration, StockMovement, StockUnit, Transfer
from tests.conftest import WALLS
from tests.inventory.rows import VINS

STOCK = "inventory:stock-list"


def url(name: str, pk: int) -> str:
    return reverse(f"inventory:{name}", kwargs={"pk": pk})


@pytest.fixture
def units(network, yard) -> dict[str, StockUnit]:
    """Three vehicles of D001 (one gone), one of D004."""
    yard.come("U1", network.d1, vin=VINS[0], model="轩昂 X5")
    yard.come("U2", network.d1, vin=VINS[1], received_on=date(2026, 6, 20), cost_amount=Decimal(90_000))
    yard.come("U3", network.d1)
    yard.come("B1", network.d4, vin=VINS[2], cost_amount=None)
    yard.go("U3", network.d1, date(2026, 5, 1))
    return {unit.external_id: unit for unit in StockUnit.objects.all()}


def test_the_stock_of_a_day_by_age(units, d1_sm, hq_ops, client_of) -> None:
    page = client_of(d1_sm)
    answer = page.get(reverse(STOCK), {"on": "2026-06-30"})
    rows = [(unit.external_id, unit.age) for unit in answer.context["table"].rows]
    assert rows == [("U1", 112), ("U2", 10)]
    assert (answer.context["units"], answer.context["amount"]) == (2, Decimal(190_000))
    chart = answer.context["chart"]
    assert dict(zip(chart.labels, chart.series[0].values, strict=True)) == {
        "0-30天": 1,
        "31-60天": 0,
        "61-90天": 0,
        "91-180天": 1,
        "181-365天": 0,
        ">365天": 0,
    }
    assert 'class="badge bg-red-lt">112' in answer.content.decode()
    early = page.get(reverse(STOCK), {"on": "2026-04-30"})
    assert [unit.external_id for unit in early.context["table"].rows] == ["U1", "U3"]
    everything = client_of(hq_ops).get(reverse(STOCK), {"on": "2026-06-30"})
    assert everything.context["units"] == 3
    assert everything.context["amount"] is None


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"age": "91-180"}, ["U1"]),
        ({"age": "0-30"}, ["U2"]),
        ({"vin": VINS[1][-6:]}, ["U2"]),
        ({"vin": VINS[0].lower()}, ["U1"]),
        ({"model": "X5"}, ["U1"]),
        ({"dealer": "D004"}, []),
    ],
)
def test_filters(units, d1_sm, client_of, given, found) -> None:
    answer = client_of(d1_sm).get(reverse(STOCK), {"on": "2026-06-30"} | given)
    assert [unit.external_id for unit in answer.context["table"].rows] == found


def test_a_day_that_is_none_means_today(units, d1_sm, client_of) -> None:
    for text in ("yesterday", "2026-02-31"):
        answer = client_of(d1_sm).get(reverse(STOCK), {"on": text})
        assert answer.status_code == 200
        assert answer.context["day"] == timezone.localdate()


def test_a_vehicle_is_entered_and_leaves(network, d1_sm, client_of) -> None:
    page = client_of(d1_sm)
    form = {"dealer": "D001", "received_on": "2026-06-01", "kind": "receipt", "vin": VINS[0].lower()}
    answer = page.post(reverse("inventory:arrival-enter"), form)
    unit = StockUnit.objects.get()
    assert answer["Location"] == url("unit-detail", unit.pk)
    assert (unit.vin, unit.dealer, unit.cost_amount) == (VINS[0], network.d1, None)
    answer = page.post(
        url("unit-depart", unit.pk), {"left_on": "2026-06-20", "kind": "retail", "note": "交车"}
    )
    assert answer["Location"] == url("unit-detail", unit.pk)
    unit.refresh_from_db()
    assert unit.gone_on == date(2026, 6, 20)
    again = page.post(url("unit-depart", unit.pk), {"left_on": "2026-06-21", "kind": "retail"})
    assert again.status_code == 422
    assert StockMovement.objects.count() == 2
    shown = page.get(url("unit-detail", unit.pk))
    assert [row.kind for row in shown.context["movements"].rows] == ["receipt", "retail"]
    assert shown.context["buttons"] == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"dealer": "D002"}, "dealer"),
        ({"received_on": "2126-01-01"}, "received_on"),
        ({"vin": "LDP0000A1SA000001"}, "vin"),
        ({"produced_on": "2026-06-02"}, "received_on"),
        ({"cost_amount": "-1"}, "cost_amount"),
        ({"kind": "retail"}, "kind"),
    ],
)
def test_a_wrong_arrival_is_shown_on_its_field(network, d1_sm, client_of, changed, field) -> None:
    form = {"dealer": "D001", "received_on": "2026-06-01", "kind": "receipt", "vin": VINS[0]}
    answer = client_of(d1_sm).post(reverse("inventory:arrival-enter"), form | changed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not StockUnit.objects.exists()


def test_foreign_vehicles_do_not_exist(units, d1_gm, client_of) -> None:
    page = client_of(d1_gm)
    movement = StockMovement.objects.get(unit=units["B1"])
    assert page.get(url("unit-detail", units["B1"].pk)).status_code == 404
    for name in ("unit-depart", "unit-adjust", "unit-transfer"):
        assert page.get(url(name, units["B1"].pk)).status_code == 404
        assert page.post(url(name, units["B1"].pk), {}).status_code == 404
    assert page.post(url("movement-undo", movement.pk), {"note": "x"}).status_code == 404
    assert StockMovement.objects.count() == 5


def test_who_may_only_look_changes_nothing(units, executive, client_of) -> None:
    page = client_of(executive)
    assert page.get(url("unit-detail", units["U1"].pk)).status_code == 200
    for name in ("unit-depart", "unit-adjust", "unit-transfer"):
        assert page.post(url(name, units["U1"].pk), {}).status_code == 403
    assert page.post(reverse("inventory:arrival-enter"), {}).status_code == 403
    assert page.post(reverse("inventory:declaration-enter"), {}).status_code == 403
    assert StockMovement.objects.count() == 5


def test_a_missing_vehicle_is_taken_out_and_found_again(units, d1_gm, client_of) -> None:
    page = client_of(d1_gm)
    page.post(url("unit-adjust", units["U1"].pk), {"left_on": "2026-06-30", "note": "盘点未见"})
    gone = StockMovement.objects.get(kind="adjustment")
    assert (gone.quantity, gone.note, gone.occurred_on) == (-1, "盘点未见", date(2026, 6, 30))
    detail = page.get(url("unit-detail", units["U1"].pk))
    assert detail.context["undo_url"] == url("movement-undo", gone.pk)
    page.post(detail.context["undo_url"], {"note": "找到了"})
    units["U1"].refresh_from_db()
    assert units["U1"].gone_on is None


def test_a_province_manager_transfers_between_own_dealers(network, units, prov_zj, client_of, d2_gm) -> None:
    page = client_of(prov_zj)
    answer = page.post(
        url("unit-transfer", units["U1"].pk), {"dealer": "D003", "moved_on": "2026-06-25", "note": ""}
    )
    done = Transfer.objects.get()
    assert answer["Location"] == url("unit-detail", done.unit_in_id)
    assert (done.from_dealer, done.to_dealer) == (network.d1, network.d3)
    shown = page.get(reverse("inventory:transfer-list"))
    assert [row.pk for row in shown.context["table"].rows] == [done.pk]
    assert list(client_of(d2_gm).get(reverse("inventory:transfer-list")).context["table"].rows) == []
    refused = page.post(url("unit-transfer", units["U2"].pk), {"dealer": "D004", "moved_on": "2026-06-25"})
    assert refused.status_code == 422
    assert Transfer.objects.count() == 1


def test_a_count_that_agrees_is_declared_and_one_that_does_not_names_the_difference(
    units, d1_sm, d1_gm, client_of
) -> None:
    page = client_of(d1_sm)
    address = reverse("inventory:declaration-enter")
    wrong = page.post(address, {"dealer": "D001", "month": "2026-06", "end": "5"})
    assert wrong.status_code == 422
    assert "+3" in str(wrong.context["form"].errors["end"])
    assert not StockDeclaration.objects.exists()
    right = page.post(address, {"dealer": "D001", "month": "2026-06", "end": "2", "receipts": "1"})
    assert right["Location"] == reverse("inventory:declaration-list")
    row = StockDeclaration.objects.get()
    assert (row.end_units, row.lines["start"], row.lines["receipts"]) == (2, 1, 1)
    assert list(page.get(right["Location"]).context["table"].rows) == [row]
    late = {"dealer": "D001", "received_on": "2026-06-02", "kind": "receipt"}
    broken = page.post(reverse("inventory:arrival-enter"), late)
    assert broken.status_code == 422
    assert all(words in str(broken.context["form"].errors) for words in ("2026-06", "+1"))
    withdraw = reverse("inventory:declaration-withdraw", kwargs={"pk": row.pk})
    assert page.post(withdraw).status_code == 403
    assert client_of(d1_gm).post(withdraw)["Location"] == right["Location"]
    assert not StockDeclaration.objects.exists()
    assert page.post(reverse("inventory:arrival-enter"), late).status_code == 302


def test_movements_are_listed_and_filtered(units, d1_sm, client_of) -> None:
    page = client_of(d1_sm)

    def kinds(**given: str) -> list[str]:
        rows = page.get(reverse("inventory:movement-list"), given).context["table"].rows
        return [f"{row.unit.external_id} {row.kind}" for row in rows]

    assert kinds() == ["U2 receipt", "U3 retail", "U3 receipt", "U1 receipt"]
    assert kinds(month="2026-05") == ["U3 retail"]
    assert kinds(kind="receipt", month="2026-03") == ["U3 receipt", "U1 receipt"]
    assert kinds(vin="ldp0000a2") == ["U2 receipt"]


def test_the_number_of_queries_is_small(units, hq_ops, client_of, django_assert_max_num_queries) -> None:
    page = client_of(hq_ops)
    page.get(reverse(STOCK))
    with django_assert_max_num_queries(9 + WALLS):
        page.get(reverse(STOCK))
