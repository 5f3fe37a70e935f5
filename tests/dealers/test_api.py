"""The dealer API: scoped reads by code, writes through services with an idempotency key."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest

from apps.core.access import system
from apps.dealers import services
from apps.dealers.models import Dealer, OrgUnit

SYSTEM = system("test")
URL = "/api/v1/dealers/"


@pytest.fixture
def send(api_of):
    """POST or PATCH with a fresh key for each call."""
    numbers = count(1)

    def write(user, method: str, url: str, body: dict, key: str = ""):
        headers = {"Idempotency-Key": key or f"test-key-{next(numbers):04d}"}
        return getattr(api_of(user), method)(url, body, format="json", headers=headers)

    return write


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("hq_ops", ["D001", "D002", "D003", "D004", "D005"]),
        ("reg_a", ["D001", "D002", "D003"]),
        ("d1_gm", ["D001"]),
        ("investor", ["D001", "D003"]),
    ],
)
def test_the_list_holds_the_callers_dealers(request, persona, expected, api_of) -> None:
    answer = api_of(request.getfixturevalue(persona)).get(URL).json()
    assert [row["code"] for row in answer["results"]] == expected
    assert answer["count"] == len(expected)


def test_a_foreign_dealer_is_as_unknown_as_none(network, d1_gm, api_of, now) -> None:
    api = api_of(d1_gm)
    assert api.get(f"{URL}D001/").json()["name"] == "D001汽车销售服务有限公司"
    foreign, missing = api.get(f"{URL}D002/"), api.get(f"{URL}NOBODY/")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()
    assert [row["code"] for row in api.get(URL, {"q": "D002"}).json()["results"]] == []
    services.merge_dealers(dealer=network.d1, survivor=network.d2, on=date(2026, 7, 1), actor=SYSTEM, now=now)
    assert "merged_into" not in api.get(f"{URL}D001/").json()
    assert "D002" not in api.get(URL).content.decode()


def test_old_codes_lead_to_the_dealer(network, hq_ops, api_of, now) -> None:
    services.change_code(dealer=network.d1, code="N001", valid_from=date(2026, 7, 1), actor=SYSTEM, now=now)
    assert api_of(hq_ops).get(f"{URL}D001/").json()["code"] == "N001"


def test_filters_narrow_the_list(network, hq_ops, api_of) -> None:
    api = api_of(hq_ops)

    def codes(**asked) -> list[str]:
        return [row["code"] for row in api.get(URL, asked).json()["results"]]

    assert codes(unit="ZJ") == ["D001", "D002", "D003"]
    assert codes(q="d004") == ["D004"]
    assert codes(status="closed") == []
    assert codes(limit=2, offset=1) == ["D002", "D003"]


def test_creating_twice_with_one_key_has_one_effect(network, hq_ops, send) -> None:
    body = {
        "code": "D100",
        "name": "杭州示范汽车有限公司",
        "unit": "ZJ1",
        "valid_from": "2026-07-01",
        "place": "浙江省杭州市西湖区",
        "capabilities": ["sales"],
    }
    first = send(hq_ops, "post", URL, body, key="create-0001")
    again = send(hq_ops, "post", URL, body, key="create-0001")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    shown = first.json()
    assert (shown["code"], shown["unit"], shown["city"], shown["county"]) == (
        "D100",
        "ZJ1",
        "杭州市",
        "西湖区",
    )
    assert (shown["province_code"], shown["city_tier"], shown["version"]) == ("33", "tier_2", 1)
    other = send(hq_ops, "post", URL, {**body, "name": "乙"}, key="create-0001")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Dealer.objects.count() == 6


def test_wrong_input_is_named_field_by_field(network, hq_ops, send) -> None:
    body = {
        "code": "D101",
        "name": "",
        "unit": "NOPE",
        "valid_from": "soon",
        "place": "杭洲市",
        "store_type": "x",
    }
    answer = send(hq_ops, "post", URL, body)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"name", "unit", "valid_from", "place", "store_type"}
    taken = send(
        hq_ops, "post", URL, {"code": "D001", "name": "甲", "unit": "ZJ1", "valid_from": "2026-07-01"}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "code_taken")
    assert Dealer.objects.count() == 5


def test_changes_go_through_services_and_stale_ones_are_refused(network, hq_ops, send) -> None:
    changed = send(hq_ops, "patch", f"{URL}D001/", {"short_name": "一店", "group": None, "version": 1})
    assert changed.status_code == 200
    assert (changed.json()["short_name"], changed.json()["group"], changed.json()["version"]) == (
        "一店",
        None,
        2,
    )
    stale = send(hq_ops, "patch", f"{URL}D001/", {"short_name": "二店", "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert Dealer.objects.get(code="D001").short_name == "一店"


def test_verbs_of_a_dealers_life(network, hq_ops, send) -> None:
    def verb(code: str, name: str, body: dict):
        answer = send(hq_ops, "post", f"{URL}{code}/{name}/", body)
        assert answer.status_code == 200, answer.content
        return answer.json()

    assert verb("D001", "place", {"unit": "ZJ2", "valid_from": "2026-07-01"})["unit"] == "ZJ2"
    moved = verb("D001", "relocate", {"place": "宁波", "valid_from": "2026-07-02", "address": "一路"})
    assert (moved["city"], moved["address"], moved["unit"]) == ("宁波市", "一路", "ZJ2")
    assert verb("D001", "change-code", {"code": "N001", "valid_from": "2026-07-03"})["code"] == "N001"
    assert verb("D001", "status", {"status": "suspended"})["status"] == "suspended"
    closed = verb("N001", "close", {"on": "2026-07-04", "reason": "x"})
    assert (closed["status"], closed["closed_on"]) == ("closed", "2026-07-04")
    assert verb("N001", "reopen", {"reason": "x"})["status"] == "active"
    merged = verb("D002", "merge", {"survivor": "N001", "on": "2026-07-05"})
    assert (merged["status"], merged["merged_into"]) == ("merged", "N001")


@pytest.mark.parametrize("persona", ["prov_zj", "d1_gm", "executive"])
def test_writes_are_refused_without_the_action(request, persona, network, send) -> None:
    user = request.getfixturevalue(persona)
    before = list(Dealer.objects.order_by("pk").values())
    assert send(user, "post", URL, {"code": "X"}).status_code == 403
    assert send(user, "patch", f"{URL}D001/", {"name": "x"}).status_code == 403
    for verb in ("place", "relocate", "change-code", "status", "close", "reopen", "merge"):
        assert send(user, "post", f"{URL}D001/{verb}/", {"on": "2026-07-01"}).status_code == 403
    assert send(user, "post", "/api/v1/units/", {"code": "X"}).status_code == 403
    assert list(Dealer.objects.order_by("pk").values()) == before


def test_a_write_without_a_key_is_refused(network, hq_ops, api_of) -> None:
    answer = api_of(hq_ops).patch(f"{URL}D001/", {"name": "x"}, format="json")
    assert answer.status_code == 400
    assert Dealer.objects.get(code="D001").name == "D001汽车销售服务有限公司"


def test_units_and_the_tree_of_a_day(network, hq_ops, prov_zj, d1_gm, send, api_of) -> None:
    body = {"code": "JS1", "name": "苏南", "kind": "area", "parent": "JS", "valid_from": "2026-01-01"}
    assert send(hq_ops, "post", "/api/v1/units/", body).json()["parent"] == "JS"
    moved = send(hq_ops, "post", "/api/v1/units/JS/move/", {"parent": "RA", "valid_from": "2026-07-01"})
    assert moved.json()["parent"] == "RA"
    api = api_of(hq_ops)
    assert api.get("/api/v1/units/JS1/").json()["kind"] == "area"

    def tree(day: str) -> dict[str, tuple[int, int]]:
        units = api.get("/api/v1/units/tree/", {"on": day}).json()["units"]
        return {row["code"]: (row["depth"], row["all_dealers"]) for row in units}

    assert (tree("2026-06-30")["RB"], tree("2026-06-30")["RA"]) == ((1, 2), (1, 3))
    assert (tree("2026-07-01")["RB"], tree("2026-07-01")["RA"]) == ((1, 0), (1, 5))
    assert "JS1" not in tree("2025-12-31")
    assert api.get("/api/v1/units/tree/", {"on": "yesterday"}).status_code == 400
    assert api_of(d1_gm).get("/api/v1/units/").status_code == 403
    assert len(api_of(prov_zj).get("/api/v1/units/").json()["results"]) == OrgUnit.objects.count()


def test_the_openapi_page_describes_dealers(network, hq_ops, client_of) -> None:
    schema = client_of(hq_ops).get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert schema.status_code == 200
    text = schema.content.decode()
    assert "/api/v1/dealers/{code}/merge/" in text and "/api/v1/me/" in text
