"""Who sees a record and by which rule; who was responsible; looking through another's eyes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import time_machine

from apps.accounts.models import Assignment, Delegation, ViewAs
from apps.accounts.rights import sight
from apps.core import access
from apps.core.access import system
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.dealers import services as dealers
from apps.dealers.models import Dealer
from tests.conftest import NOW
from tests.factories import network as factory

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(NOW, tick=False):
        yield


def seen_by(obj, on=TODAY) -> dict[str, str]:
    told = sight.who_can_see(policy=access.policy_of(type(obj)), obj=obj, on=on)
    return {each.user.username: each.rule for each in told.sights}


def test_who_sees_a_dealer_and_by_which_rule(network, cast) -> None:
    rules = seen_by(network.d1)
    assert rules == {
        **dict.fromkeys(("hq_admin", "hq_ops", "hq_fin", "executive"), "总部可见全部"),
        **dict.fromkeys(("prov_zj", "reg_a", "am_1"), "经销商属于该组织单元"),
        **dict.fromkeys(("d1_gm", "d1_sm", "d1_fin"), "在该经销商任职"),
        "investor": "所属集团拥有该经销商",
    }
    told = sight.who_can_see(policy=access.policy_of(Dealer), obj=network.d1, on=TODAY)
    paths = {each.user.username: each.path for each in told.sights}
    assert paths["reg_a"] == "华东大区 › 浙江省 › 浙北片区 › D001"
    assert paths["am_1"] == "浙北片区 › D001"


def test_the_page_follows_tree_and_stand_ins_of_the_day(network, cast, client_of) -> None:
    dealers.place_dealer(
        dealer=network.d1, unit=network.province_js, valid_from=date(2026, 7, 1), actor=system("x"), now=NOW
    )
    Delegation.objects.create(
        delegator=cast["am_1"],
        delegate=cast["hq_ops"],
        roles=["account_manager"],
        valid_from=date(2026, 6, 10),
        valid_to=date(2026, 6, 20),
        created_at=NOW,
    )
    assert "am_1" not in seen_by(network.d1) and "am_1" in seen_by(network.d1, date(2026, 6, 15))
    url = f"/accounts/sight/dealers.dealer/{network.d1.pk}/"
    today = client_of(cast["hq_admin"]).get(url).content.decode()
    june = client_of(cast["hq_admin"]).get(url, {"on": "2026-06-15"}).content.decode()
    assert "代理 am_1" in june and "代理 am_1" not in today
    assert "浙北片区 › D001" in june and "浙北片区 › D001" not in today


def test_a_record_page_leads_to_it_for_those_who_may(network, cast, client_of) -> None:
    url = f"/accounts/sight/dealers.dealer/{network.d1.pk}/"
    assert url in client_of(cast["hq_ops"]).get(f"/dealers/{network.d1.pk}/").content.decode()
    for name in ("am_1", "d1_gm"):
        assert url not in client_of(cast[name]).get(f"/dealers/{network.d1.pk}/").content.decode()
        assert client_of(cast[name]).get(url).status_code == 403
    admin = client_of(cast["hq_admin"])
    for nowhere in ("dealers.dealer/999999", "no.model/1", "nonsense/1", "core.auditevent/1"):
        assert admin.get(f"/accounts/sight/{nowhere}/").status_code == 404


def test_who_was_responsible_in_june_is_answered_for_june(network, cast, client_of) -> None:
    Assignment.objects.filter(user=cast["am_1"]).update(valid_to=date(2026, 6, 30))
    new = factory.persona("am_new", Role.ACCOUNT_MANAGER, unit=network.area_1)
    Assignment.objects.filter(user=new).update(valid_from=date(2026, 7, 1))
    client = client_of(cast["prov_zj"])

    def names(**asked) -> list[str]:
        page = client.get("/accounts/responsible/", asked)
        assert page.status_code == 200
        return [each.responsible.user.username for each in page.context["charges"]]

    june, july = ["am_1", "prov_zj", "reg_a"], ["am_new", "prov_zj", "reg_a"]
    dealers_own = ["d1_fin", "d1_gm", "d1_sm", "investor"]
    assert [name for name in names(dealer="D001", on="2026-06-15") if name not in dealers_own] == june
    assert [name for name in names(dealer="D001") if name not in dealers_own] == july
    assert names(unit=network.area_1.pk, on="2026-06-15") == june
    assert names(dealer="D004") == [] and names(unit=network.province_js.pk) == []


@pytest.mark.parametrize(("name", "status"), [("d1_gm", 200), ("investor", 200), ("d1_sm", 403)])
def test_a_dealer_asks_for_its_own_stores_only(network, cast, client_of, name: str, status: int) -> None:
    client = client_of(cast[name])
    answer = client.get("/accounts/responsible/", {"dealer": "D001"})
    assert answer.status_code == status
    if status == 200:
        shown = {each.responsible.user.username for each in answer.context["charges"]}
        assert {"am_1", "reg_a", "prov_zj"} <= shown and not shown & {"hq_admin", "hq_ops"}
        assert client.get("/accounts/responsible/", {"dealer": "D004"}).context["charges"] == []


def test_looking_as_another_reads_and_changes_nothing(network, cast, client_of) -> None:
    ops = client_of(cast["hq_ops"])
    begun = ops.post(f"/accounts/view-as/{cast['d1_gm'].pk}/", {"reason": "工单 1024"})
    assert begun.status_code == 302
    page = ops.get("/dealers/")
    text = page.content.decode()
    assert "D001" in text and "D002" not in text and "您正以 d1_gm 的视角查看" in text
    changed = AuditEvent.objects.exclude(action__regex="^accounts.view_as|^core.refuse$").count()
    for method, url in (
        ("post", "/sales/new/"),
        ("post", f"/dealers/{network.d1.pk}/change/"),
        ("put", "/dealers/"),
        ("delete", "/dealers/"),
        ("post", "/accounts/me/password/"),
        ("get", "/accounts/me/"),
        ("get", "/admin/"),
        ("post", f"/accounts/view-as/{cast['d2_gm'].pk}/"),
        ("get", "/accounts/view-as/"),
        ("post", "/api/v1/deliveries/"),
    ):
        assert getattr(ops, method)(url).status_code == 403, url
    assert AuditEvent.objects.exclude(action__regex="^accounts.view_as|^core.refuse$").count() == changed
    assert ops.post("/accounts/oneself/").status_code == 302
    assert "D002" in ops.get("/dealers/").content.decode()
    events = AuditEvent.objects.filter(action__startswith="accounts.view_as").order_by("pk")
    assert {event.actor_label for event in events} == {"hq_ops"}
    assert events.first().action == "accounts.view_as_start"
    assert events.last().action == "accounts.view_as_end"
    assert "/dealers/" in [event.after.get("path") for event in events]
    look = ViewAs.objects.get()
    assert look.ended_at == NOW and look.pages == events.count() - 2 == events.last().after["pages"]


def test_a_look_ends_by_itself_and_with_the_target(network, cast, client_of) -> None:
    ops = client_of(cast["hq_ops"])
    ops.post(f"/accounts/view-as/{cast['d1_gm'].pk}/", {"reason": "x"})
    assert "D002" not in ops.get("/dealers/").content.decode()
    ViewAs.objects.update(ends_at=NOW)
    assert "D002" in ops.get("/dealers/").content.decode()


def test_nobody_looks_as_somebody_with_more_rights_about_money(network, cast, client_of) -> None:
    ops, admin = client_of(cast["hq_ops"]), client_of(cast["hq_admin"])
    assert ops.post(f"/accounts/view-as/{cast['hq_admin'].pk}/", {"reason": "x"}).status_code == 422
    assert admin.post(f"/accounts/view-as/{cast['hq_admin'].pk}/", {"reason": "x"}).status_code == 404
    assert admin.post(f"/accounts/view-as/{cast['hq_ops'].pk}/", {"reason": ""}).status_code == 422
    for name in ("prov_zj", "d1_gm", "executive", "investor"):
        assert client_of(cast[name]).get(f"/accounts/view-as/{cast['d1_sm'].pk}/").status_code == 403
    assert not ViewAs.objects.exists()
    assert admin.post(f"/accounts/view-as/{cast['hq_ops'].pk}/", {"reason": "x"}).status_code == 302
    assert ViewAs.objects.count() == 1


def test_a_read_only_actor_leaves_no_change_even_in_a_service(network, cast, actor_of) -> None:
    """The second lock: whatever a page forgot, no change is recorded, so none is made."""
    looking = replace(actor_of(cast["hq_ops"]), viewer="somebody")
    with pytest.raises(DomainError):
        dealers.place_dealer(dealer=network.d1, unit=network.area_2, valid_from=TODAY, actor=looking, now=NOW)
    assert Dealer.objects.get(pk=network.d1.pk).unit_id == network.area_1.pk


def test_an_investor_compares_its_own_stores(network, cast, client_of) -> None:
    client = client_of(cast["investor"])
    listed = client.get("/dealers/").content.decode()
    assert "D001" in listed and "D003" in listed and "D002" not in listed
    assert client.get("/").status_code == 200
    assert client.get("/ranking/").status_code == 200
    assert client.get("/sales/new/").status_code == 403
