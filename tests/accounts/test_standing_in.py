"""Delegation: dated, bounded, of one's own roles, no chain, in the trail as "B for A", ended at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from apps.accounts.models import Assignment, Delegation
from apps.accounts.rights import actors
from apps.core.models import AuditEvent
from apps.core.roles import Role
from tests.conftest import NOW
from tests.factories import network as factory

HEADER = "HTTP_X_ACTING_FOR"


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def am_2(network):
    return factory.persona("am_2", Role.ACCOUNT_MANAGER, unit=network.province_js)


def form(stand_in, **other):
    return {
        "delegate": stand_in.pk,
        "roles": ["region_manager"],
        "valid_from": "2026-07-10",
        "valid_to": "2026-07-15",
        "reason": "年假",
    } | other


@pytest.fixture
def given(reg_a, am_2, client_of) -> Delegation:
    assert client_of(reg_a).post("/accounts/stand-ins/new/", form(am_2)).status_code == 302
    return Delegation.objects.get()


def test_a_stand_in_reaches_what_the_delegator_reaches_and_nothing_more(given, reg_a, am_2, network) -> None:
    on = date(2026, 7, 12)
    own = actors.actor_for(am_2, on=on)
    actor = actors.stand_in(am_2, delegation=given.pk, on=on)
    assert own.scope.dealer_ids == {network.d4.pk, network.d5.pk} and own.for_label == ""
    assert actor is not None and actor.scope == actors.actor_for(reg_a, on=on).scope
    assert network.d4.pk not in actor.scope.dealer_ids  # the own dealers are not mixed in
    assert (actor.user_id, actor.label, actor.for_label) == (am_2.pk, "am_2", "reg_a")
    assert actor.may("inventory.transfer") and not own.may("inventory.transfer")
    assert not actor.may("accounts.delegate")
    for day in (date(2026, 7, 9), date(2026, 7, 16)):
        assert actors.stand_in(am_2, delegation=given.pk, on=day) is None


def test_the_trail_names_both(given, am_2, network, client_of) -> None:
    client = client_of(am_2)
    page = client.get("/accounts/stand-ins/").content.decode()
    assert "reg_a" in page and "开始代理" in page
    assert client.post(f"/accounts/stand-ins/{given.pk}/begin/").status_code == 302
    assert "您正代理 reg_a" in client.get("/dealers/").content.decode()
    assert "D001" in client.get("/dealers/").content.decode()
    assert "D004" not in client.get("/dealers/").content.decode()
    url = reverse("metrics:feed-nil", kwargs={"code": "D001", "feed": "sales.retail", "month": "2026-06"})
    before = AuditEvent.objects.count()
    answer = client.post(url)
    assert answer.status_code == 302, answer.content.decode()[:500]
    events = AuditEvent.objects.order_by("pk")[before:]
    assert {(event.actor_label, event.on_behalf_of) for event in events} == {("am_2", "reg_a")}
    assert client.post("/accounts/oneself/").status_code == 302
    assert "您正代理" not in client.get("/dealers/").content.decode()
    assert "D004" in client.get("/dealers/").content.decode()


def test_it_ends_at_once_by_either_and_with_the_delegator_s_rights(given, reg_a, am_2, client_of) -> None:
    client = client_of(am_2)
    client.post(f"/accounts/stand-ins/{given.pk}/begin/")
    assert "D001" in client.get("/dealers/").content.decode()
    held = Assignment.objects.get(user=reg_a)
    Assignment.objects.filter(pk=held.pk).update(valid_to=date(2026, 7, 11))
    assert "D001" not in client.get("/dealers/").content.decode()
    Assignment.objects.filter(pk=held.pk).update(valid_to=None)
    client.post(f"/accounts/stand-ins/{given.pk}/begin/")
    assert "D001" in client.get("/dealers/").content.decode()
    assert client_of(reg_a).post(f"/accounts/stand-ins/{given.pk}/end/").status_code == 302
    assert "D001" not in client.get("/dealers/").content.decode()
    assert "您正代理" not in client.get("/dealers/").content.decode()
    assert client.post(f"/accounts/stand-ins/{given.pk}/end/").status_code == 302  # nothing twice
    assert AuditEvent.objects.filter(action="accounts.revoke_delegation").count() == 1


def test_a_shut_out_delegator_hands_on_nothing(given, reg_a, am_2) -> None:
    type(reg_a).objects.filter(pk=reg_a.pk).update(is_active=False)
    assert actors.stand_in(am_2, delegation=given.pk, on=NOW.date()) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_to": "2026-09-08"},  # 61 days
        {"valid_to": "2026-07-09"},
        {"valid_from": "2026-06-01", "valid_to": "2026-06-02"},
        {"roles": ["province_manager"]},
        {"roles": []},
        {"delegate": 0},
    ],
)
def test_what_is_not_one_s_own_or_too_long_is_refused(reg_a, am_2, client_of, wrong) -> None:
    assert client_of(reg_a).post("/accounts/stand-ins/new/", form(am_2, **wrong)).status_code == 422
    assert not Delegation.objects.exists()


def test_sixty_days_are_allowed(reg_a, am_2, client_of) -> None:
    last = date(2026, 7, 10) + timedelta(days=59)
    assert client_of(reg_a).post("/accounts/stand-ins/new/", form(am_2, valid_to=last)).status_code == 302


def test_no_chain(given, am_2, am_1, client_of) -> None:
    client = client_of(am_2)
    client.post(f"/accounts/stand-ins/{given.pk}/begin/")
    assert client.get("/accounts/stand-ins/new/").status_code == 403
    assert client.post("/accounts/stand-ins/new/", form(am_1)).status_code == 403
    client.post("/accounts/oneself/")
    assert client.post("/accounts/stand-ins/new/", form(am_1)).status_code == 422  # not held by itself
    assert Delegation.objects.count() == 1


def test_nobody_else_stands_in_under_a_delegation(given, am_1, d1_gm, client_of, api_of) -> None:
    for user in (am_1, d1_gm):
        assert client_of(user).post(f"/accounts/stand-ins/{given.pk}/begin/").status_code == 404
        assert actors.stand_in(user, delegation=given.pk, on=NOW.date()) is None
        assert api_of(user).get("/api/v1/dealers/", **{HEADER: str(given.pk)}).status_code == 401


def test_the_delegator_does_not_stand_in_for_itself(given, reg_a, client_of) -> None:
    assert client_of(reg_a).post(f"/accounts/stand-ins/{given.pk}/begin/").status_code == 404


def test_a_dealer_s_people_stand_in_for_each_other_only(d1_gm, d1_sm, d2_gm, am_1, client_of) -> None:
    page = client_of(d1_gm).get("/accounts/stand-ins/new/")
    names = {user.username for user in page.context["form"].fields["delegate"].queryset}
    assert names == {"d1_sm"}
    asked = form(d2_gm, roles=["dealer_general"])
    assert client_of(d1_gm).post("/accounts/stand-ins/new/", asked).status_code == 422
    assert not Delegation.objects.exists()


def test_a_money_role_goes_only_to_who_holds_it(hq_admin, hq_ops, network, client_of) -> None:
    asked = form(hq_ops, roles=["hq_admin"])
    assert client_of(hq_admin).post("/accounts/stand-ins/new/", asked).status_code == 422
    other = factory.persona("hq_admin_2", Role.HQ_ADMIN, unit=network.hq)
    asked = form(other, roles=["hq_admin"])
    assert client_of(hq_admin).post("/accounts/stand-ins/new/", asked).status_code == 302


def test_by_api(reg_a, am_2, api_of) -> None:
    body = form(am_2) | {"delegate": "am_2"}
    made = api_of(reg_a).post(
        "/api/v1/delegations/", body, format="json", HTTP_IDEMPOTENCY_KEY="key-12345678"
    )
    assert made.status_code == 201, made.json()
    number = made.json()["id"]
    stand_in = api_of(am_2)
    assert [row["id"] for row in stand_in.get("/api/v1/delegations/").json()["results"]] == [number]
    codes = {row["code"] for row in stand_in.get("/api/v1/dealers/").json()["results"]}
    assert codes == {"D004", "D005"}
    acting = {HEADER: str(number)}
    codes = {row["code"] for row in stand_in.get("/api/v1/dealers/", **acting).json()["results"]}
    assert codes == {"D001", "D002", "D003"}
    assert api_of(reg_a).post(f"/api/v1/delegations/{number}/revoke/").status_code == 200
    assert stand_in.get("/api/v1/dealers/", **acting).status_code == 401
