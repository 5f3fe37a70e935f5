"""Options of those who follow MLPS: sessions that end unused, passwords that do not come back."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.test import Client

from apps.accounts import services
from apps.accounts.models import FormerPassword, Session, User
from apps.core.access import system
from apps.core.roles import Role
from tests.conftest import NOW

FIRST, SECOND, THIRD = "korrekt-pferd-9173", "batterie-heft-4471", "klammer-wolke-8820"
MINUTE = 60


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def seller(network, clock) -> User:
    actor = system("test")
    user = services.create_user(
        username="seller", display_name="seller", password=FIRST, actor=actor, now=NOW
    )
    services.assign(
        user=user,
        role=Role.DEALER_SALES,
        dealer=network.d1,
        valid_from=date(2020, 1, 1),
        actor=actor,
        now=NOW,
    )
    return user


def logged_in(password: str = FIRST) -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"username": "seller", "password": password})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    return client


def is_in(client: Client) -> bool:
    return client.get("/accounts/me/").status_code == 200


def change(client: Client, old: str, new: str) -> int:
    given = {"current_password": old, "new_password": new}
    return client.post("/accounts/me/password/", given).status_code


def test_an_unused_session_ends_where_that_is_asked(seller, settings, clock) -> None:
    settings.IDLE_MINUTES = 15
    client = logged_in()
    for _use in range(4):
        clock.shift(10 * MINUTE)
        assert is_in(client)  # in use: it goes on far beyond the 15 minutes
    clock.shift(15 * MINUTE)
    answer = client.get("/sales/", follow=True)
    assert answer.redirect_chain[0][0].startswith("/accounts/login/")
    assert "长时间未操作" in answer.content.decode()
    assert not is_in(client)
    assert not Session.objects.filter(user=seller).exists()


def test_a_page_that_asks_by_itself_keeps_no_session_alive(seller, settings, clock) -> None:
    settings.IDLE_MINUTES = 15
    client = logged_in()
    for _poll in range(3):
        clock.shift(4 * MINUTE)
        assert client.get("/operations/live/").status_code == 403  # any address that is polled will do
    assert is_in(client)
    clock.shift(4 * MINUTE)
    client.get("/operations/live/")
    clock.shift(12 * MINUTE)
    assert not is_in(client)


def test_without_the_option_a_session_lasts(seller, settings, clock) -> None:
    client = logged_in()
    clock.shift(11 * 3600)
    assert is_in(client)


def test_former_passwords_do_not_come_back_where_that_is_asked(seller, settings, clock) -> None:
    settings.PASSWORD_HISTORY = 2
    client = logged_in()
    assert change(client, FIRST, SECOND) == 302
    assert change(client, SECOND, FIRST) == 422
    seller.refresh_from_db()
    assert seller.check_password(SECOND)
    clock.shift(MINUTE)
    assert change(client, SECOND, THIRD) == 302
    assert change(client, THIRD, FIRST) == 422
    clock.shift(MINUTE)
    assert change(client, THIRD, "papier-mond-3356") == 302
    assert FormerPassword.objects.filter(user=seller).count() == 2
    assert change(client, "papier-mond-3356", FIRST) == 302  # older than the last two


def test_a_link_asks_for_a_fresh_password_too(seller, settings, clock) -> None:
    settings.PASSWORD_HISTORY = 3
    services.set_password(user=seller, password=SECOND, actor=system("test"), now=NOW)
    seller.refresh_from_db()
    link = services.make_link(user=seller, actor=system("test"), now=NOW)
    client, address = Client(), f"/accounts/link/{services.token_of(link)}/"
    assert client.post(address, {"new_password": FIRST}, follow=True).status_code == 422
    seller.refresh_from_db()
    assert seller.check_password(SECOND)


def test_without_the_option_no_hash_is_kept(seller, clock) -> None:
    client = logged_in()
    assert change(client, FIRST, SECOND) == 302
    assert change(client, SECOND, FIRST) == 302
    assert not FormerPassword.objects.exists()
