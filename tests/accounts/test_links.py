"""Links by which passwords are set: invitations, resets, what they reveal and what they end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail, signing
from django.test import Client

from apps.accounts import services
from apps.accounts.models import LogInLink, Session, User
from apps.core.access import system
from apps.core.models import Job
from apps.core.roles import Role
from tests.conftest import NOW

NEW = "vier bunte socken im wind"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def newcomer(network, clock) -> User:
    system_actor = system("test")
    user = services.create_user(
        username="neu",
        display_name="新同事",
        password=None,
        email="neu@example.com",
        actor=system_actor,
        now=NOW,
    )
    place = {"dealer": network.d1, "valid_from": NOW.date()}
    services.assign(user=user, role=Role.DEALER_SALES, actor=system_actor, now=NOW, **place)
    return user


def made(user: User, purpose: str = "invitation") -> str:
    link = services.make_link(user=user, purpose=purpose, actor=system("test"), now=NOW)
    return services.address_of(link, site="http://testserver").removeprefix("http://testserver")


def test_an_invitation_sets_the_first_password_once(newcomer, hq_admin, client_of, run_jobs) -> None:
    admin = client_of(hq_admin)
    assert "尚未设置" in admin.get(f"/accounts/users/{newcomer.pk}/").content.decode()
    page = admin.post(f"/accounts/users/{newcomer.pk}/link/")
    assert page.status_code == 201
    address = page.context["address"]
    assert address.startswith("http://testserver/accounts/link/")
    run_jobs()
    assert [message.to for message in mail.outbox] == [["neu@example.com"]]
    assert "http://localhost:8000" + address.removeprefix("http://testserver") in mail.outbox[0].body
    assert not Job.objects.filter(args__icontains="link/").exists()
    browser = Client()
    assert "新同事" in browser.get(address).content.decode()
    assert browser.post(address, {"new_password": "short"}).status_code == 422
    done = browser.post(address, {"new_password": NEW})
    assert done.status_code == 200
    assert not Session.objects.filter(user=newcomer).exists()
    assert browser.get("/accounts/me/").status_code == 302
    assert browser.get(address).status_code == 404
    assert browser.post(address, {"new_password": "another one entirely"}).status_code == 404
    entered = browser.post("/accounts/login/", {"username": "neu", "password": NEW})
    assert entered.status_code == 302
    assert browser.get("/accounts/me/").status_code == 200


def test_a_new_link_voids_the_one_before_and_old_ones_end(newcomer, clock) -> None:
    first = made(newcomer)
    second = made(newcomer)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    clock.shift(timedelta(days=7, seconds=-1))
    assert Client().get(second).status_code == 200
    clock.shift(1)
    assert Client().get(second).status_code == 404
    assert not newcomer.has_usable_password()


def test_forged_links_and_links_of_nobody_look_alike(newcomer) -> None:
    token = made(newcomer).split("/")[-2]
    link = LogInLink.objects.get()
    forged = {
        "cut": token[:-1],
        "changed": ("A" if token[0] != "A" else "B") + token[1:],
        "other salt": signing.dumps([link.pk, link.user_id, link.purpose], salt="x"),
        "other user": signing.dumps([link.pk, link.user_id + 1, link.purpose], salt="accounts.link"),
        "other purpose": signing.dumps([link.pk, link.user_id, "reset"], salt="accounts.link"),
        "unknown": signing.dumps([link.pk + 1, link.user_id, link.purpose], salt="accounts.link"),
    }
    seen = {name: Client().get(f"/accounts/link/{text}/") for name, text in forged.items()}
    assert {answer.status_code for answer in seen.values()} == {404}
    assert (
        len(
            {
                re.sub(rb"/accounts/link/[^\"]+|[0-9A-Za-z]{64}|[0-9a-f]{32}", b"", answer.content)
                for answer in seen.values()
            }
        )
        == 1
    )
    assert Client().get(f"/accounts/link/{token}/").status_code == 200


def test_whoever_is_logged_in_as_somebody_else_cannot_use_it(newcomer, d1_gm, client_of) -> None:
    address = made(newcomer)
    client = client_of(d1_gm)
    assert client.get(address).status_code == 404
    assert client.post(address, {"new_password": NEW}).status_code == 404
    newcomer.refresh_from_db()
    assert not newcomer.has_usable_password()


def test_a_reset_ends_sessions_and_keeps_the_second_step(newcomer, network, client_of) -> None:
    services.set_password(user=newcomer, password="the old phrase here", actor=system("t"), now=NOW)
    secret = services.new_secret()
    code = services.current_code(secret, now=NOW)
    services.set_up(user=newcomer, secret=secret, code=code, actor=system("t"), now=NOW)
    newcomer.refresh_from_db()
    client = client_of(newcomer)
    assert client.get("/accounts/me/").status_code == 200
    assert Client().post(made(newcomer, "reset"), {"new_password": NEW}).status_code == 200
    assert client.get("/accounts/me/").status_code == 302
    browser = Client()
    entered = browser.post("/accounts/login/", {"username": "neu", "password": NEW})
    assert entered["Location"] == "/accounts/login/code/"
    assert browser.get("/accounts/me/").status_code == 302


def test_shutting_out_voids_links(newcomer, hq_admin) -> None:
    address = made(newcomer)
    services.set_active(user=newcomer, active=False, actor=system("t"), now=NOW)
    assert Client().get(address).status_code == 404
    services.set_active(user=newcomer, active=True, actor=system("t"), now=NOW)
    assert Client().get(address).status_code == 404


def test_asking_for_a_reset_tells_nothing_and_sends_only_to_the_address(newcomer, run_jobs) -> None:
    User.objects.create(username="mute")
    bodies = set()
    for name in ("neu", "nobody", "mute"):
        answer = Client().post("/accounts/forgotten/", {"username": name})
        assert answer.status_code == 200
        bodies.add(re.sub(rb"[0-9A-Za-z]{64}|[0-9a-f]{32}", b"", answer.content))
    assert len(bodies) == 1
    assert Job.objects.filter(code="accounts.send_reset").count() == 3
    run_jobs()
    assert [message.to for message in mail.outbox] == [["neu@example.com"]]
    path = re.search(r"http://localhost:8000(\S+)", mail.outbox[0].body)[1]
    assert Client().get(path).status_code == 200
    assert LogInLink.objects.get().expires_at == NOW + timedelta(minutes=30)


def test_resets_are_not_sent_by_the_hundred(newcomer, run_jobs) -> None:
    for _asked in range(20):
        assert Client().post("/accounts/forgotten/", {"username": "neu"}).status_code == 200
    assert Job.objects.filter(code="accounts.send_reset").count() == 5
