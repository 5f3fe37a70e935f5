"""Dealer pages through the browser's door: what each role sees, finds and may change."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core.access import system
from apps.core.models import AuditEvent, ImportBatch
from apps.dealers import services
from apps.dealers.models import Dealer, DealerGroup, DealerPlacement, Division, FormerPlace, OrgUnit, Outlet
from tests.conftest import WALLS

SYSTEM = system("test")


def codes(response) -> list[str]:
    return [dealer.code for dealer in response.context["page"].object_list]


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("hq_ops", ["D001", "D002", "D003", "D004", "D005"]),
        ("executive", ["D001", "D002", "D003", "D004", "D005"]),
        ("prov_zj", ["D001", "D002", "D003"]),
        ("am_1", ["D001", "D002"]),
        ("d1_gm", ["D001"]),
        ("investor", ["D001", "D003"]),
    ],
)
def test_the_list_shows_what_is_in_reach(request, persona, expected, client_of) -> None:
    client = client_of(request.getfixturevalue(persona))
    assert codes(client.get("/dealers/")) == expected


def test_foreign_dealers_do_not_exist_for_a_dealer(network, d1_gm, client_of) -> None:
    client = client_of(d1_gm)
    assert client.get(f"/dealers/{network.d1.pk}/").status_code == 200
    missing = client.get("/dealers/999999/")
    foreign = client.get(f"/dealers/{network.d2.pk}/")
    assert foreign.status_code == missing.status_code == 404
    for tab in ("places", "outlets", "history"):
        assert client.get(f"/dealers/{network.d1.pk}/?tab={tab}").status_code == 200
        assert client.get(f"/dealers/{network.d2.pk}/?tab={tab}").status_code == 404
    shown = client.get("/dealers/").content.decode()
    assert "D001" in shown and not any(code in shown for code in ("D002", "D003", "D004", "D005"))
    assert codes(client.get("/dealers/?q=D002")) == []
    assert client.get("/dealers/organisation/").status_code == 403


def test_only_operators_change_dealers_and_nothing_happens_otherwise(network, client_of, request) -> None:
    before = list(Dealer.objects.order_by("pk").values())
    for persona, status in (("prov_zj", 403), ("d1_gm", 403), ("executive", 403), ("hq_fin", 403)):
        client = client_of(request.getfixturevalue(persona))
        for page in ("change", "code", "move", "relocate", "status", "close", "merge", "reopen"):
            url = f"/dealers/{network.d1.pk}/{page}/"
            assert client.get(url).status_code == status
            assert client.post(url, {"on": "2026-07-01", "reason": "x"}).status_code == status
        assert client.post("/dealers/new/", {"code": "X"}).status_code == status
        assert client.post(f"/dealers/organisation/{network.area_1.pk}/move/", {}).status_code == status
    assert list(Dealer.objects.order_by("pk").values()) == before


def test_filters_and_search_find_by_code_name_pinyin_unit_and_kind(network, hq_ops, client_of, now) -> None:
    by = {"actor": SYSTEM, "now": now}
    services.change_dealer(dealer=network.d1, name="宁波海曙汽车有限公司", store_type="city_showroom", **by)
    services.relocate(
        dealer=network.d1,
        to=services.Location(Division.objects.get(code="3302")),
        valid_from=date(2026, 7, 1),
        **by,
    )
    client = client_of(hq_ops)
    for text in ("宁波海曙", "nbhs", "NINGBOHAISHU", "ｄ００１", "D001"):
        assert codes(client.get("/dealers/", {"q": text})) == ["D001"]
    assert codes(client.get("/dealers/", {"q": "D00"})) == ["D001", "D002", "D003", "D004", "D005"]
    assert codes(client.get("/dealers/", {"unit": "ZJ"})) == ["D001", "D002", "D003"]
    assert codes(client.get("/dealers/", {"province": "33"})) == ["D001"]
    assert codes(client.get("/dealers/", {"city_tier": "tier_2"})) == ["D001"]
    assert codes(client.get("/dealers/", {"store_type": "city_showroom"})) == ["D001"]
    assert codes(client.get("/dealers/", {"group": "G1"})) == ["D001", "D003"]
    assert codes(client.get("/dealers/", {"status": "closed"})) == []
    assert codes(client.get("/dealers/?sort=-code")) == ["D005", "D004", "D003", "D002", "D001"]


def test_the_export_holds_every_row_of_the_filter(network, hq_ops, client_of) -> None:
    response = client_of(hq_ops).get("/dealers/", {"unit": "ZJ", "_export": "xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(response.content)).worksheets[0]
    found = [row[0] for row in sheet.iter_rows(min_row=2, max_row=4, values_only=True)]
    assert found == ["D001", "D002", "D003"]


def test_a_dealer_is_created_on_the_page(network, hq_ops, client_of) -> None:
    client = client_of(hq_ops)
    form = {
        "code": "D100",
        "name": "杭州示范汽车有限公司",
        "status": "preparing",
        "unit": network.area_1.pk,
        "place": "杭州市西湖区",
        "valid_from": "2026-07-01",
        "store_type": "4s",
        "channel_pattern": "exclusive",
        "partner_type": "dealer",
        "capabilities": ["sales", "parts"],
    }
    wrong = client.post("/dealers/new/", {**form, "place": "杭洲市"})
    assert wrong.status_code == 422 and "杭州市" in wrong.content.decode()
    taken = client.post("/dealers/new/", {**form, "code": "D001"})
    assert taken.status_code == 422 and "代码 D001 属于" in taken.content.decode()
    assert Dealer.objects.count() == 5
    created = client.post("/dealers/new/", form)
    dealer = Dealer.objects.get(code="D100")
    assert created.status_code == 302 and created.url == f"/dealers/{dealer.pk}/"
    assert (dealer.city.name, dealer.county.name, dealer.province_id) == ("杭州市", "西湖区", "33")
    assert (dealer.capabilities, dealer.city_tier, dealer.status) == (
        ["sales", "parts"],
        "tier_2",
        "preparing",
    )
    page = client.get(created.url).content.decode()
    assert all(text in page for text in ("杭州示范汽车有限公司", "整车销售 · 配件配送", "二线", "筹建"))


def test_a_stale_form_is_refused_and_loses_nothing(network, hq_ops, client_of) -> None:
    client = client_of(hq_ops)
    url = f"/dealers/{network.d1.pk}/change/"
    form = client.get(url).context["form"]
    sent = {"seen": form.initial["seen"], "name": "甲", "store_type": "4s"}
    sent |= {"channel_pattern": "franchise", "partner_type": "agent"}
    assert client.post(url, sent).status_code == 302
    again = client.post(url, {**sent, "name": "乙"})
    assert again.status_code == 422 and "期间有人修改" in again.content.decode()
    assert 'value="乙"' in again.content.decode()
    network.d1.refresh_from_db()
    assert (network.d1.name, network.d1.channel_pattern, network.d1.partner_type) == (
        "甲",
        "franchise",
        "agent",
    )


def test_moving_renumbering_closing_and_reopening_leave_their_history(network, hq_ops, client_of) -> None:
    client = client_of(hq_ops)
    here = f"/dealers/{network.d1.pk}/"
    steps = [
        ("move", {"unit": network.area_2.pk, "valid_from": "2026-07-01"}),
        ("code", {"code": "N001", "valid_from": "2026-07-05"}),
        ("relocate", {"place": "江苏 南京", "address": "中山路 1 号", "valid_from": "2026-07-06"}),
        ("status", {"status": "suspended", "reason": "整改"}),
        ("close", {"on": "2026-07-10", "reason": "解约"}),
    ]
    for page, sent in steps:
        assert client.post(here + page + "/", sent).status_code == 302
    network.d1.refresh_from_db()
    assert (network.d1.code, network.d1.status, network.d1.city_id) == ("N001", "closed", "3201")
    places = client.get(here + "?tab=places").content.decode()
    assert all(text in places for text in ("浙北片区", "浙南片区", "南京市", "D001", "N001", "2026-07-05"))
    history = client.get(here + "?tab=changes").content.decode()
    assert all(
        text in history for text in ("调整归属", "变更代码", "迁址", "变更状态", "停业", "解约", "hq_ops")
    )
    verbs = [verb["url"] for verb in client.get(here).context["verbs"]]
    assert verbs == [here + "merge/", here + "reopen/"]
    assert client.post(here + "reopen/", {"reason": "续约"}).status_code == 302
    network.d1.refresh_from_db()
    assert network.d1.status == "active"
    assert AuditEvent.objects.filter(object_type="dealers.dealer", object_id=str(network.d1.pk)).count() == 6


def test_merging_on_the_page_names_the_survivor_by_code_or_name(network, hq_ops, client_of) -> None:
    client = client_of(hq_ops)
    url = f"/dealers/{network.d2.pk}/merge/"
    assert client.post(url, {"survivor": "nobody", "on": "2026-07-01"}).status_code == 422
    itself = client.post(url, {"survivor": "D002", "on": "2026-07-01"})
    assert itself.status_code == 422 and "不能并入自身" in itself.content.decode()
    assert client.post(url, {"survivor": "D001汽车销售服务有限公司", "on": "2026-07-01"}).status_code == 302
    network.d2.refresh_from_db()
    assert (network.d2.status, network.d2.merged_into) == ("merged", network.d1)


def test_a_merged_dealer_is_not_told_its_survivor(network, hq_ops, d2_gm, client_of, now) -> None:
    services.merge_dealers(dealer=network.d2, survivor=network.d1, on=date(2026, 7, 1), actor=SYSTEM, now=now)
    here = f"/dealers/{network.d2.pk}/"
    for tab in ("profile", "places", "outlets", "history"):
        assert "D001" not in client_of(d2_gm).get(f"{here}?tab={tab}").content.decode()
    assert "D001" in client_of(hq_ops).get(here).content.decode()
    assert "D001" in client_of(hq_ops).get(f"{here}?tab=changes").content.decode()


def test_outlets_are_added_changed_and_closed(network, hq_ops, d1_gm, d2_gm, client_of) -> None:
    client = client_of(hq_ops)
    form = {
        "code": "S1",
        "name": "城东展厅",
        "store_type": "city_showroom",
        "place": "杭州",
        "address": "一路",
    }
    assert client.post(f"/dealers/{network.d1.pk}/outlets/new/", form).status_code == 302
    assert client.post(f"/dealers/{network.d1.pk}/outlets/new/", form).status_code == 422
    outlet = Outlet.objects.get()
    changed = {"name": "城西展厅", "store_type": "satellite", "place": "宁波"}
    assert client.post(f"/dealers/outlets/{outlet.pk}/change/", changed).status_code == 302
    outlet.refresh_from_db()
    assert (outlet.name, outlet.city.name, outlet.code) == ("城西展厅", "宁波市", "S1")
    assert "城西展厅" in client_of(d1_gm).get(f"/dealers/{network.d1.pk}/?tab=outlets").content.decode()
    assert client_of(d1_gm).post(f"/dealers/outlets/{outlet.pk}/change/", changed).status_code == 403
    assert client.post(f"/dealers/outlets/{outlet.pk}/close/", {"on": "2026-07-01"}).status_code == 302
    assert Outlet.objects.get().closed_on == date(2026, 7, 1)
    history = client.get(f"/dealers/{network.d1.pk}/?tab=changes").content.decode()
    assert all(text in history for text in ("新增网点", "修改网点", "网点停业"))


def test_the_tree_is_shown_as_of_a_day(network, hq_ops, prov_zj, client_of) -> None:
    client = client_of(hq_ops)
    moved = client.post(
        f"/dealers/organisation/{network.province_js.pk}/move/",
        {"parent": network.region_a.pk, "valid_from": "2026-07-01"},
    )
    assert moved.status_code == 302

    def dealers(day: str) -> dict[str, int]:
        nodes = client.get("/dealers/organisation/", {"on": day}).context["nodes"]
        return {node.unit.code: node.all_dealers for node in nodes}

    assert dealers("2026-06-30") == {
        "HQ": 5, "RA": 3, "ZJ": 3, "ZJ1": 2, "ZJ2": 1, "RB": 2, "JS": 2
    }  # fmt: skip
    assert dealers("2026-07-01")["RA"] == 5 and dealers("2026-07-01")["RB"] == 0
    assert dealers("2019-01-01") == {}
    seen = client_of(prov_zj).get("/dealers/organisation/").context["nodes"]
    assert [(node.unit.code, node.all_dealers) for node in seen] == [
        ("HQ", 3),
        ("RA", 3),
        ("ZJ", 3),
        ("ZJ1", 2),
        ("ZJ2", 1),
    ]


def test_units_are_created_renamed_and_closed_on_pages(network, hq_ops, client_of) -> None:
    client = client_of(hq_ops)
    form = {
        "code": "JS1",
        "name": "苏南",
        "kind": "area",
        "parent": network.province_js.pk,
        "valid_from": "2026-07-01",
    }
    assert client.post("/dealers/organisation/new/", form).status_code == 302
    assert client.post("/dealers/organisation/new/", form).status_code == 422
    unit = OrgUnit.objects.get(code="JS1")
    assert client.post(f"/dealers/organisation/{unit.pk}/change/", {"name": "苏南片区"}).status_code == 302
    assert OrgUnit.objects.get(pk=unit.pk).name == "苏南片区"
    refused = client.post(f"/dealers/organisation/{network.area_1.pk}/close/", {"on": "2026-07-02"})
    assert refused.status_code == 422
    assert client.post(f"/dealers/organisation/{unit.pk}/close/", {"on": "2026-07-02"}).status_code == 302
    assert OrgUnit.objects.get(pk=unit.pk).valid_to == date(2026, 7, 2)


def test_the_list_page_asks_the_database_few_questions(
    network, hq_ops, client_of, django_assert_max_num_queries
) -> None:
    client = client_of(hq_ops)
    client.get("/dealers/")
    with django_assert_max_num_queries(16 + WALLS):
        client.get("/dealers/")


@pytest.mark.parametrize("persona", ["prov_zj", "d1_gm", "executive"])
def test_only_operators_import_dealers(request, persona, network, client_of) -> None:
    client = client_of(request.getfixturevalue(persona))
    file = SimpleUploadedFile("d.csv", "省份,经销商代码,经销商名称\n浙江,Z1,甲公司\n".encode())
    answer = client.post("/imports/new/", {"kind": "dealers.dealer", "file": file})
    assert answer.status_code in (403, 422)
    assert not ImportBatch.objects.exists() and Dealer.objects.count() == 5


def test_an_operator_imports_dealers_on_the_page(network, hq_ops, client_of) -> None:
    file = SimpleUploadedFile("d.csv", "省份,城市,经销商代码,经销商名称\n浙江,杭州,Z1,甲公司\n".encode())
    client = client_of(hq_ops)
    sent = client.post("/imports/new/", {"kind": "dealers.dealer", "file": file})
    assert sent.status_code == 302
    batch = ImportBatch.objects.get()
    assert client.post(f"/imports/{batch.pk}/commit/", {"mode": "all"}).status_code == 302
    dealer = Dealer.objects.get(code="Z1")
    assert (dealer.unit, dealer.city_id) == (network.province_zj, "3301")
    assert DealerPlacement.objects.filter(dealer=dealer).count() == 1


def test_configuration_is_saved_through_services(network, hq_admin, client_of) -> None:
    client = client_of(hq_admin)
    group = {"code": "G9", "name": "第九集团"}
    assert client.post("/admin/dealers/dealergroup/add/", group).status_code == 302
    assert DealerGroup.objects.get(code="G9").name == "第九集团"
    assert client.post("/admin/dealers/division/3301/change/", {"tier": "tier_1"}).status_code == 302
    assert Division.objects.get(code="3301").tier == "tier_1"
    place = {"name": "旧城", "province": "33", "current": "3301", "since": 1990}
    assert client.post("/admin/dealers/formerplace/add/", place).status_code == 302
    assert FormerPlace.objects.get(name="旧城").current_id == "3301"
    assert client.get(f"/admin/dealers/orgunit/{network.hq.pk}/change/").status_code == 200
    assert client.post(f"/admin/dealers/orgunit/{network.hq.pk}/delete/", {"post": "yes"}).status_code == 403
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"dealers.create_group", "dealers.set_tier", "dealers.keep_former_place"} <= actions
