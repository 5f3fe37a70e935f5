"""Rights end at the next request: of pages and of the API, for each way in which they may end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import policies, services
from apps.accounts.models import Assignment
from apps.core.access import system
from apps.core.roles import DEALER, DEALER_STAFF, Role
from tests.factories import network as factory

SYSTEM = system("test")
CLOSED = "/dealers/{}/close/"


@pytest.fixture
def consultant(network):
    return factory.persona("consultant", Role.SALES_CONSULTANT, dealer=network.d1)


def sees(client: Client, address: str = "/dealers/") -> bool:
    return client.get(address).status_code == 200


def close(client: Client, dealer, on: date) -> None:
    form = client.get(CLOSED.format(dealer.pk)).context["form"]
    hidden = {name: form[name].value() for name in form.fields if form[name].is_hidden}
    answer = client.post(CLOSED.format(dealer.pk), hidden | {"on": on.isoformat(), "reason": "退网"})
    assert answer.status_code == 302, answer.content.decode()


@pytest.mark.parametrize("name", ["d1_sm", "d1_gm", "am_1", "prov_zj", "investor", "hq_ops"])
def test_when_the_role_ends(name, cast, client_of, api_of) -> None:
    user = cast[name]
    client, api = client_of(user), api_of(user)
    assert sees(client) and api.get("/api/v1/dealers/").status_code == 200
    held = Assignment.objects.get(user=user)
    yesterday = timezone.localdate() - timedelta(days=1)
    form = {"on": yesterday.isoformat()}
    assert client_of(cast["hq_admin"]).post(f"/accounts/assignments/{held.pk}/end/", form).status_code == 302
    assert client.get("/dealers/").status_code == 302  # its sessions ended with it
    assert client_of(user).get("/dealers/").status_code == 403
    assert api.get("/api/v1/dealers/").status_code == 403


def test_the_last_day_of_a_role_is_still_a_day(cast, client_of) -> None:
    held = Assignment.objects.get(user=cast["d1_sm"])
    form = {"on": timezone.localdate().isoformat()}
    assert client_of(cast["hq_admin"]).post(f"/accounts/assignments/{held.pk}/end/", form).status_code == 302
    assert sees(client_of(cast["d1_sm"]))


@pytest.mark.parametrize("name", ["d1_gm", "d1_sm", "d1_fin", "consultant"])
def test_when_the_dealer_is_closed(name, cast, consultant, network, client_of, api_of) -> None:
    user = consultant if name == "consultant" else cast[name]
    client, api = client_of(user), api_of(user)
    may_list = name != "consultant"  # a consultant opens its home and its own account
    page, address = ("/dealers/", "/api/v1/dealers/") if may_list else ("/", "/api/v1/me/")
    assert (client.get(page).status_code, api.get(address).status_code) == (200, 200)
    close(client_of(cast["hq_ops"]), network.d1, timezone.localdate())
    assert client.get(page).status_code == 403
    assert api.get(address).status_code == 403


def test_the_maker_and_the_investor_keep_the_history_of_a_closed_dealer(cast, network, client_of) -> None:
    """An investor owns the books of its stores; the people of the store lose them with their work."""
    close(client_of(cast["hq_ops"]), network.d1, timezone.localdate())
    for name in ("am_1", "investor", "executive"):
        assert sees(client_of(cast[name]), f"/dealers/{network.d1.pk}/")
    assert sees(client_of(cast["investor"]), f"/dealers/{network.d3.pk}/")


def test_a_dealer_that_closes_next_month_works_until_then(cast, network, client_of) -> None:
    type(network.d1).objects.filter(pk=network.d1.pk).update(
        closed_on=timezone.localdate() + timedelta(days=30)
    )
    assert sees(client_of(cast["d1_sm"]))


def test_when_the_password_changes(d1_sm, client_of, network) -> None:
    client, other = client_of(d1_sm), client_of(d1_sm)
    assert sees(client) and sees(other)
    services.set_password(user=d1_sm, password="klammer-wolke-8820", actor=SYSTEM, now=timezone.now())
    assert client.get("/dealers/").status_code == 302
    assert other.get("/dealers/").status_code == 302


def test_when_the_token_is_revoked(d1_sm, client_of) -> None:
    token, secret = services.issue_token(user=d1_sm, name="x", actor=SYSTEM, now=timezone.now())
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    assert api.get("/api/v1/me/").status_code == 200
    assert client_of(d1_sm).post(f"/accounts/me/tokens/{token.pk}/revoke/").status_code == 302
    answer = api.get("/api/v1/me/")
    assert answer.status_code == 401
    assert client_of(d1_sm).get("/dealers/").status_code == 200  # the person goes on


def test_a_general_manager_gives_no_role_that_outlives_the_dealer() -> None:
    assert (DEALER | DEALER_STAFF) - {Role.DEALER_GENERAL} == policies.STAFF_ROLES
    assert Role.INVESTOR not in policies.STAFF_ROLES
