"""A general manager manages the people of its dealers, and nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import Assignment, User
from apps.core.access import system
from apps.core.models import AuditEvent
from apps.core.roles import Role

NEW = {"display_name": "陈顾问", "username": "chen", "role": "dealer_sales", "dealer": "D001", "email": ""}


def names(client: Client) -> list[str]:
    return [user.username for user in client.get("/accounts/staff/").context["page"].object_list]


def test_somebody_new_gets_an_account_a_link_and_the_rights_of_the_role(d1_gm, network, client_of) -> None:
    gm = client_of(d1_gm)
    created = gm.post("/accounts/staff/new/", NEW)
    user = User.objects.get(username="d001.chen")
    assert (created.status_code, created["Location"]) == (302, f"/accounts/staff/{user.pk}/")
    held = Assignment.objects.get(user=user)
    assert (held.role, held.dealer) == ("dealer_sales", network.d1)
    address = gm.post(f"/accounts/staff/{user.pk}/link/").context["address"]
    browser = Client()
    path = address.removeprefix("http://testserver")
    assert browser.post(path, {"new_password": "vier bunte socken"}).status_code == 200
    browser.post("/accounts/login/", {"username": "d001.chen", "password": "vier bunte socken"})
    me = browser.get("/api/v1/me/").json()
    assert (me["roles"], [row["dealer"] for row in me["assignments"]]) == (["dealer_sales"], ["D001"])
    assert AuditEvent.objects.filter(action="accounts.create_user", actor_id=d1_gm.pk).count() == 1


def test_the_list_holds_ones_own_people_only(d1_gm, d1_sm, d1_fin, d2_gm, investor, client_of) -> None:
    assert names(client_of(d1_gm)) == ["d1_fin", "d1_sm"]
    assert names(client_of(d2_gm)) == []
    assert client_of(investor).get("/accounts/staff/").status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"role": "dealer_general"}, {"role": "hq_admin"}, {"dealer": "D002"}, {"dealer": "D999"}, {"role": ""}],
)
def test_no_higher_role_and_no_foreign_dealer_can_be_given(d1_gm, client_of, api_of, change) -> None:
    before = User.objects.count(), Assignment.objects.count()
    assert client_of(d1_gm).post("/accounts/staff/new/", NEW | change).status_code == 422
    answer = api_of(d1_gm).post("/api/v1/staff/", NEW | change, HTTP_IDEMPOTENCY_KEY="first-try")
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == set(change)
    assert (User.objects.count(), Assignment.objects.count()) == before


@pytest.mark.parametrize("what", ["link", "active"])
def test_people_of_others_cannot_be_touched(d1_sm, d2_gm, d1_gm, client_of, what) -> None:
    for target in (d1_sm, d1_gm):
        assert client_of(d2_gm).post(f"/accounts/staff/{target.pk}/{what}/").status_code == 404
    assert client_of(d1_gm).post(f"/accounts/staff/{d1_gm.pk}/{what}/").status_code == 404
    assert client_of(d1_sm).post(f"/accounts/staff/{d1_sm.pk}/{what}/").status_code == 403
    assert User.objects.filter(is_active=False).count() == 0
    assert not AuditEvent.objects.filter(action="accounts.make_link").exists()


def test_whoever_works_elsewhere_too_loses_the_role_but_not_the_account(
    d1_gm, d1_sm, network, client_of, api_of
) -> None:
    other = {"dealer": network.d2, "role": Role.DEALER_SALES, "valid_from": date(2020, 1, 1)}
    services.assign(user=d1_sm, actor=system("t"), now=timezone.now(), **other)
    gm = client_of(d1_gm)
    page = gm.get(f"/accounts/staff/{d1_sm.pk}/")
    assert page.status_code == 200
    assert "D002" not in page.content.decode()
    assert gm.post(f"/accounts/staff/{d1_sm.pk}/link/").status_code == 404
    assert gm.post(f"/accounts/staff/{d1_sm.pk}/active/").status_code == 404
    api = api_of(d1_gm)
    assert api.post(f"/api/v1/staff/{d1_sm.pk}/state/", {"is_active": False}).status_code == 404
    here, there = d1_sm.assignments.order_by("pk")
    assert gm.post(f"/accounts/staff/roles/{there.pk}/end/", {"on": "2026-01-01"}).status_code == 404
    yesterday = timezone.localdate() - timedelta(days=1)
    ended = gm.post(f"/accounts/staff/roles/{here.pk}/end/", {"on": yesterday.isoformat()})
    assert ended.status_code == 302
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.valid_to, there.valid_to) == (yesterday, None)
    assert names(gm) == []


def test_a_general_manager_elsewhere_manages_only_there(d2_gm, d1_sm, network, client_of) -> None:
    """Who sells at one dealer and leads another one does not lead both."""
    seller = {"dealer": network.d1, "role": Role.DEALER_SALES, "valid_from": date(2020, 1, 1)}
    services.assign(user=d2_gm, actor=system("t"), now=timezone.now(), **seller)
    client = client_of(d2_gm)
    assert names(client) == []
    assert client.post("/accounts/staff/new/", NEW).status_code == 422
    assert client.post("/accounts/staff/new/", NEW | {"dealer": "D002"}).status_code == 302


def test_the_api_creates_shuts_out_and_lets_in(d1_gm, d2_gm, api_of) -> None:
    api = api_of(d1_gm)
    made = api.post("/api/v1/staff/", NEW, HTTP_IDEMPOTENCY_KEY="first-try")
    assert made.status_code == 201
    assert made.json()["username"] == "d001.chen"
    again = api.post("/api/v1/staff/", NEW, HTTP_IDEMPOTENCY_KEY="first-try")
    assert again.json() == made.json()
    taken = api.post("/api/v1/staff/", NEW, HTTP_IDEMPOTENCY_KEY="second-try")
    assert taken.status_code == 409
    key = made.json()["id"]
    assert [row["id"] for row in api.get("/api/v1/staff/").json()["results"]] == [key]
    for active in (False, True):
        answer = api.post(f"/api/v1/staff/{key}/state/", {"is_active": active})
        assert (answer.status_code, answer.json()["is_active"]) == (200, active)
    foreign = api_of(d2_gm)
    assert foreign.get(f"/api/v1/staff/{key}/").status_code == 404
    assert foreign.post(f"/api/v1/staff/{key}/state/", {"is_active": False}).status_code == 404
    assert User.objects.get(pk=key).is_active
