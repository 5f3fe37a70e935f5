"""Who reads which history, and how it reads."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.contrib import admin
from django.urls import reverse

from apps.core import access, audit, trail
from apps.core.kit.admin import Audited
from apps.core.models import AuditEvent
from apps.dealers import services as dealers
from apps.sales.models import RetailDelivery
from apps.vehicles.models import Brand
from tests.architecture.source import modules

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(network, hq_ops, d1_gm, actor_of, now):
    """Changes by headquarters, by the dealer itself, by a peer, for somebody else, and by a job."""
    dealer = network.d1
    dealers.change_dealer(
        dealer=dealer, short_name="一号店", actor=actor_of(hq_ops), now=now - timedelta(hours=3)
    )
    own, stranger = (
        actor_of(d1_gm),
        access.Actor(99, "D2店长", scope=access.Scope(dealer_ids=frozenset({network.d2.pk}))),
    )
    deputy = access.Actor(
        98, "王五", scope=access.Scope(everything=True), for_label="赵六", request_id="req-77"
    )
    for actor, address in (
        (own, "西路1号"),
        (stranger, "东路2号"),
        (deputy, "南路3号"),
        (access.system("导入"), "北路4号"),
    ):
        audit.record(
            actor=actor,
            action="dealers.change_dealer",
            obj=dealer,
            dealer_id=dealer.pk,
            now=now,
            before={"address": ""},
            after={"address": address},
        )
    return f"/dealers/{dealer.pk}/?tab=changes"


def text(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_maker_reads_names_deputies_and_words(story, client_of, hq_fin) -> None:
    page = text(client_of(hq_fin).get(story))
    assert "修改档案" in page
    assert "hq_ops" in page
    assert "d1_gm" in page
    assert "D2店长" in page
    assert "王五 代 赵六" in page
    assert "req-77" in page
    assert "系统 · 导入" in page
    assert "简称 一号店" in page
    assert "地址 南路3号" in page


def test_a_dealer_reads_its_own_people_by_name_and_nobody_else(story, client_of, d1_sm) -> None:
    page = text(client_of(d1_sm).get(story))
    assert re.search(r"d1_gm 地址 西路1号", page)
    for foreign in ("hq_ops", "D2店长", "王五", "赵六"):
        assert foreign not in page
    assert page.count("总部") >= 2
    assert "其他经销商" in page


def test_a_peer_reads_nothing(story, client_of, d2_gm) -> None:
    assert client_of(d2_gm).get(story).status_code == 404


def test_every_detail_page_has_the_tab(network, client_of, hq_ops, d1_gm, actor_of, now) -> None:
    client_of(d1_gm).post(
        reverse("sales:delivery-enter"), {"dealer": "D001", "occurred_on": "2026-07-01", "model": "X5"}
    )
    delivery = RetailDelivery.objects.get()
    here = reverse("sales:delivery-detail", args=[delivery.pk])
    page = client_of(d1_gm).get(here).content.decode()
    assert 'href="?tab=changes"' in page
    history = text(client_of(d1_gm).get(f"{here}?tab=changes"))
    assert "登记交车" in history
    assert "d1_gm" in history
    assert "日期 2026-07-01" in history
    assert client_of(d1_gm).post(f"{here}?tab=changes").status_code == 405


def test_the_list_of_the_network_filters_and_exports_all(
    story, network, client_of, hq_admin, settings
) -> None:
    client = client_of(hq_admin)
    url = reverse("core:audit-list")
    assert "南路3号" in text(client.get(url))

    def shown(**filters: str) -> list[str]:
        rows = client.get(url, filters).context["page"].object_list
        return [str((row.after or {}).get("address")) for row in rows]

    assert shown(actor="王五") == shown(actor="赵六") == ["南路3号"]
    assert shown(request_id="req-77") == ["南路3号"]
    assert len(shown(dealer="D001", action="dealers.change_dealer")) == 5
    assert shown(dealer="D002") == shown(dealer="nobody") == []
    assert len(shown(kind="dealers.dealer", since="2026-07-12", until="2026-07-12")) == 5
    assert shown(kind="dealers.dealer", until="2026-07-11") == []
    assert len(shown(object=str(network.d1.pk), kind="dealers.dealer")) == 5
    answer = client.get(url, {"dealer": "D001", "_export": "xlsx"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    cells = [cell for row in rows for cell in row if cell]
    assert "地址: 南路3号" in cells
    assert {"王五", "赵六", "req-77"} <= set(cells)
    event = AuditEvent.objects.get(request_id="req-77")
    assert event.digest.hex() in cells
    detail = text(client.get(reverse("core:audit-detail", args=[event.pk])))
    assert "南路3号" in detail
    assert event.digest.hex() in detail


@pytest.mark.parametrize("who", ["hq_ops", "hq_fin", "executive", "prov_zj", "am_1", "d1_gm", "investor"])
def test_nobody_else_opens_the_list(cast, client_of, api_of, who: str) -> None:
    assert client_of(cast[who]).get(reverse("core:audit-list")).status_code == 403
    assert api_of(cast[who]).get("/api/v1/audit-events/").status_code == 403


def test_the_api_tells_the_same(story, api_of, hq_admin) -> None:
    found = api_of(hq_admin).get("/api/v1/audit-events/", {"request_id": "req-77"}).json()["results"]
    assert [(row["actor"], row["on_behalf_of"], row["after"]) for row in found] == [
        ("王五", "赵六", {"address": "南路3号"})
    ]


def test_the_configuration_site_leaves_events(client_of, hq_admin) -> None:
    client = client_of(hq_admin)
    client.post("/admin/vehicles/brand/add/", {"code": "B1", "name": "第一"})
    brand = Brand.objects.get()
    client.post(f"/admin/vehicles/brand/{brand.pk}/change/", {"code": "B1", "name": "第二"})
    client.post(f"/admin/vehicles/brand/{brand.pk}/change/", {"code": "B1", "name": "第二"})
    client.post(f"/admin/vehicles/brand/{brand.pk}/delete/", {"post": "yes"})
    assert not Brand.objects.exists()
    found = AuditEvent.objects.filter(object_type="vehicles.brand").order_by("pk")
    assert [(row.action, row.before, row.after, row.actor_label) for row in found] == [
        ("core.admin_add", None, {"code": "B1", "name": "第一"}, "hq_admin"),
        ("core.admin_change", {"name": "第一"}, {"name": "第二"}, "hq_admin"),
        ("core.admin_delete", {"code": "B1", "name": "第二"}, None, "hq_admin"),
    ]
    assert all(row.request_id for row in found)


def test_deleting_several_leaves_an_event_each(client_of, hq_admin) -> None:
    rows = [Brand.objects.create(code=code, name=code) for code in ("B1", "B2")]
    chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    client_of(hq_admin).post("/admin/vehicles/brand/", chosen)
    assert AuditEvent.objects.filter(action="core.admin_delete").count() == 2


def test_rows_inside_another_page_leave_events(client_of, hq_admin) -> None:
    client = client_of(hq_admin)
    brand = Brand.objects.create(code="B1", name="B1")
    client.post("/admin/vehicles/series/add/", {"code": "S1", "name": "S1", "brand": brand.pk})
    found = AuditEvent.objects.get(object_type="vehicles.series")
    assert found.after["brand"] == str(brand)
    trim = {"trims-0-code": "T1", "trims-0-name": "入门", "trims-0-model": ""}
    form = client.get("/admin/vehicles/carmodel/add/").context["inline_admin_formsets"][0].formset
    prefix = form.prefix
    data = {key.replace("trims", prefix): value for key, value in trim.items()}
    data |= {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0"}
    data |= {"code": "M1", "name": "M1", "series": found.object_id, "active": "on"}
    client.post("/admin/vehicles/carmodel/add/", data)
    assert AuditEvent.objects.filter(object_type="vehicles.trim", action="core.admin_add").count() == 1


def test_every_page_of_the_configuration_site_goes_through_the_base() -> None:
    """A new ModelAdmin extends `apps.core.kit.admin.AuditedAdmin`."""
    assert [str(page) for page in admin.site._registry.values() if not isinstance(page, Audited)] == []


def test_every_recorded_action_has_words() -> None:
    codes = set()
    for module in modules():
        for code in re.findall(r'action="([a-z_]+\.[a-z_]+)"', module.path.read_text(encoding="utf-8")):
            codes.add(code)
    assert codes - set(trail.named_actions()) == set()
    assert len(codes) > 30
