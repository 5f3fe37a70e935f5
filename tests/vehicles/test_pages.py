"""The catalogue and the VIN page: what everybody may know, and what only the holder sees."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.inventory import services as inventory
from apps.sales import services as sales
from apps.vehicles import queries, services
from apps.vehicles.models import Brand, CarModel, ModelAlias, Series, Trim, VinStrictness
from tests.conftest import WALLS
from tests.inventory.rows import arrival
from tests.sales.rows import row

VIN = "LDP0000A0SA000001"
PAGE = "vehicles:vin-look-up"


@pytest.fixture
def car(db) -> CarModel:
    brand = Brand.objects.create(code="XA", name="轩昂")
    series = Series.objects.create(brand=brand, code="XA-X", name="X 系列")
    model = CarModel.objects.create(series=series, code="XA-X5", name="X5")
    Trim.objects.create(model=model, code="XA-X5-P", name="旗舰版", list_amount="189900.00")
    return model


@pytest.fixture
def held(network, car, hq_ops, actor_of, now):
    """A car that D001 has and has sold."""
    actor = actor_of(hq_ops)
    inventory.record_arrivals(
        rows=[arrival("U1", network.d1.pk, vin=VIN, model="X5", model_id=car.pk)],
        source="dms",
        actor=actor,
        now=now,
    )
    sold = row("SOLD-2026-0001", network.d1.pk, vin=VIN)
    sales.record_deliveries(rows=[sold], source="dms", actor=actor, now=now)


def test_the_holder_sees_custody_and_facts_and_a_stranger_only_the_decoding(
    held, network, d1_sm, d2_gm, am_1, client_of
) -> None:
    for user, seen in ((d1_sm, True), (am_1, True), (d2_gm, False)):
        answer = client_of(user).get(reverse(PAGE), {"vin": f" {VIN.lower()} "})
        assert answer.status_code == 200
        file = answer.context["file"]
        assert (file.decoded.vin, file.decoded.country, file.decoded.model_year) == (VIN, "CN", 2025)
        assert (file.vehicle is not None) == seen
        assert [held.dealer.code for held in file.custodies] == (["D001"] if seen else [])
        assert [len(panel["table"].rows) for panel in answer.context["panels"]] == (
            [1, 0, 2, 1] if seen else [0, 0, 0, 0]
        )
        body = answer.content.decode()
        for text in ("D001汽车", "SOLD-2026-0001", "2026-03-10", "100,000.00"):
            assert (text in body) == seen


def test_a_wrong_vin_is_explained(network, d1_sm, client_of) -> None:
    body = client_of(d1_sm).get(reverse(PAGE), {"vin": "LDP0000A1SA000001"}).content.decode()
    assert "第9位校验位应为 0，实际为 1。" in body
    body = client_of(d1_sm).get(reverse(PAGE), {"vin": "WP0ZZZ99ZTS392124"}).content.decode()
    assert "德国" in body
    assert client_of(d1_sm).get(reverse(PAGE)).status_code == 200
    assert client_of(d1_sm).get(reverse(PAGE), {"vin": "x" * 61}).status_code == 200


def test_the_api_decodes(held, d1_sm, d2_gm, api_of) -> None:
    body = api_of(d1_sm).get(f"/api/v1/vins/{VIN.lower()}/").json()
    assert (body["vin"], body["country"], body["model_year"], body["accepted"]) == (VIN, "CN", 2025, True)
    assert (body["model"], body["custodies"]) == (
        "XA-X5",
        [{"dealer": "D001", "from": "2026-03-10", "to": "2026-06-10"}],
    )
    stranger = api_of(d2_gm).get(f"/api/v1/vins/{VIN}/").json()
    assert (stranger["vin"], stranger["model"], stranger["custodies"]) == (VIN, None, [])
    wrong = api_of(d1_sm).get("/api/v1/vins/LDP0000A1SA000001/").json()
    assert (wrong["accepted"], wrong["findings"][0]["problem"]) == (False, "check_digit")


def test_strictness_is_configuration(network, d1_sm, api_of) -> None:
    VinStrictness.objects.filter(origin="CN", problem="check_digit").update(severity="warning")
    body = api_of(d1_sm).get("/api/v1/vins/LDP0000A1SA000001/").json()
    assert (body["accepted"], body["findings"][0]["severity"]) == (True, "warning")


def test_the_shipped_strictness_stands_on_the_settings_page(network, hq_admin, client_of) -> None:
    answer = client_of(hq_admin).get(reverse("admin:vehicles_vinstrictness_changelist"))
    assert answer.status_code == 200
    assert VinStrictness.objects.count() == 7


def test_the_catalogue_is_a_tree(car, network, d1_sm, client_of, django_assert_max_num_queries) -> None:
    page = client_of(d1_sm)
    page.get(reverse("vehicles:catalogue"))
    with django_assert_max_num_queries(12 + WALLS):
        body = page.get(reverse("vehicles:catalogue")).content.decode()
    for text in ("轩昂", "X 系列", "X5", "旗舰版", "189,900.00"):
        assert text in body


def test_models_by_api(car, network, d1_sm, api_of) -> None:
    door = api_of(d1_sm)
    found = door.get("/api/v1/models/", {"brand": "xa"}).json()["results"]
    assert [(row["code"], row["brand_name"]) for row in found] == [("XA-X5", "轩昂")]
    assert door.get("/api/v1/models/XA-X5/").json()["series"] == "XA-X"
    assert door.get("/api/v1/models/none/").status_code == 404


def test_spellings_find_their_model(car, network, hq_ops, actor_of, now) -> None:
    actor = actor_of(hq_ops)
    asked = ["xa-x5", "X5", "轩昂 X5", "轩昂　Ｘ５", "轩昂 X 系列 X5", "XA-X5-P", "昂X五", "X7"]
    found = queries.models_by_spelling(asked, actor=actor)
    assert set(found) == {"xa-x5", "X5", "轩昂 X5", "轩昂　Ｘ５", "轩昂 X 系列 X5", "XA-X5-P"}
    services.name_alias(spelling=" 昂X五 ", model=car, trim=None, actor=actor, now=now)
    assert queries.models_by_spelling(["昂x五"], actor=actor) == {"昂x五": car.pk}
    with pytest.raises(DomainError) as taken:
        services.name_alias(spelling="昂Ｘ五", model=car, trim=None, actor=actor, now=now)
    assert taken.value.code == "alias_taken"
    assert ModelAlias.objects.count() == 1


def test_a_name_of_two_models_finds_none(car, network, hq_ops, actor_of) -> None:
    other = Series.objects.create(brand=Brand.objects.create(code="B", name="另一"), code="B1", name="B1")
    CarModel.objects.create(series=other, code="B1-X5", name="X5")
    found = queries.models_by_spelling(["X5", "轩昂 X5", "另一 X5"], actor=actor_of(hq_ops))
    assert set(found) == {"轩昂 X5", "另一 X5"}


def test_unknown_models_are_added_unsorted(network, hq_ops, actor_of, now) -> None:
    actor = actor_of(hq_ops)
    names = ["Ford Expedition", "ford  expedition", "A very " + "long " * 20 + "name"]
    made = services.create_models(names=names, actor=actor, now=now)
    assert made["Ford Expedition"] == made["ford  expedition"]
    assert CarModel.objects.count() == 2
    assert services.create_models(names=names, actor=actor, now=now) == made
    assert AuditEvent.objects.filter(action="vehicles.create_model").count() == 2
    assert queries.models_by_spelling(["FORD EXPEDITION"], actor=actor) == {
        "FORD EXPEDITION": made["Ford Expedition"]
    }


def test_an_alias_on_the_settings_page(car, network, hq_admin, client_of) -> None:
    address = reverse("admin:vehicles_modelalias_add")
    answer = client_of(hq_admin).post(address, {"spelling": "老X5", "model": car.pk, "trim": ""})
    assert answer.status_code == 302
    alias = ModelAlias.objects.get()
    assert (alias.key, alias.model) == ("老x5", car)
    again = client_of(hq_admin).post(address, {"spelling": "老Ｘ5", "model": car.pk, "trim": ""})
    assert again.status_code == 200
    assert ModelAlias.objects.count() == 1


def test_the_custody_ends_with_the_stay(held, network, hq_ops, actor_of, now) -> None:
    gone = {"external_id": "U1", "dealer_id": network.d1.pk, "left_on": date(2026, 6, 10)}
    inventory.record_departures(rows=[gone], source="dms", actor=actor_of(hq_ops), now=now)
    file = queries.vin_file(VIN, actor=actor_of(hq_ops), today=date(2026, 7, 1))
    assert [(held.valid_from, held.valid_to) for held in file.custodies] == [
        (date(2026, 3, 10), date(2026, 6, 10))
    ]
