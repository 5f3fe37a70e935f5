"""The door, through forms: guessing, second factor, recovery codes, known devices, sessions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from apps.accounts import rules, services
from apps.accounts.models import Device, RecoveryCode, SecondFactor, Session, Throttle, User
from apps.accounts.services import factors
from apps.core.access import system
from apps.core.models import AuditEvent
from apps.core.roles import Role
from tests.conftest import NOW

PASSWORD = "korrekt-pferd-9173"
LOG_IN = "/accounts/login/"
CODE = "/accounts/login/code/"
ENROL = "/accounts/login/second-step/"
SECRET = b"12345678901234567890"
DESK = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140.0 Safari/537"}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def person(network, clock) -> Callable[..., User]:
    def make(name: str, role: str, **place: object) -> User:
        actor = system("test")
        user = services.create_user(username=name, display_name=name, password=PASSWORD, actor=actor, now=NOW)
        services.assign(user=user, role=role, valid_from=date(2020, 1, 1), actor=actor, now=NOW, **place)
        return user

    return make


@pytest.fixture
def seller(person, network) -> User:
    return person("seller", Role.DEALER_SALES, dealer=network.d1)


@pytest.fixture
def boss(person, network) -> User:
    """A user whose role asks for a second factor, with an app set up."""
    user = person("boss", Role.HQ_FINANCE, unit=network.hq)
    code = services.current_code(SECRET, now=NOW - timedelta(minutes=5))
    services.set_up(user=user, secret=SECRET, code=code, actor=system("test"), now=NOW - timedelta(minutes=5))
    return user


def log_in(client: Client, name: str, password: str = PASSWORD, **headers: str):
    return client.post(LOG_IN, {"username": name, "password": password}, headers=headers or DESK)


def is_in(client: Client) -> bool:
    return client.get("/accounts/me/").status_code == 200


def code_at(moment) -> str:
    return services.current_code(SECRET, now=moment)


# --- guessing ---------------------------------------------------------------------------------------------


def test_waiting_grows_and_never_ends() -> None:
    minutes = [rules.waiting_time(count).total_seconds() / 60 for count in range(12)]
    assert minutes == [0, 0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15]


def test_after_five_wrong_guesses_the_name_waits_even_for_the_right_password(seller, clock) -> None:
    guesser = Client()
    for _guess in range(4):
        assert log_in(guesser, "seller", "wrong").status_code == 200
    fifth = log_in(guesser, "seller", "wrong")
    assert (fifth.status_code, fifth["Retry-After"]) == (429, "60")
    assert "1 分钟" in fifth.content.decode()
    assert log_in(Client(), "seller").status_code == 429
    clock.shift(61)
    other = Client()
    assert log_in(other, "seller").status_code == 302
    assert is_in(other)
    assert not Throttle.objects.filter(key__startswith="name:").exists()


def test_a_name_nobody_has_waits_alike(seller) -> None:
    answers = []
    for name in ("seller", "nobody"):
        client = Client()
        shown = [log_in(client, name, "wrong") for _guess in range(6)]
        answers.append([(each.status_code, plain(each.content)) for each in shown])
    assert answers[0] == answers[1]
    assert [status for status, _body in answers[0]] == [200, 200, 200, 200, 429, 429]


def plain(body: bytes) -> bytes:
    body = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", body)
    return body.replace(b"nobody", b"?").replace(b"seller", b"?")


def test_a_known_device_is_not_locked_out_by_guesses_from_elsewhere(seller, clock) -> None:
    own = Client()
    assert log_in(own, "seller").status_code == 302
    own.post("/accounts/logout/")
    stranger = Client()
    for _guess in range(8):
        log_in(stranger, "seller", "wrong")
    assert log_in(stranger, "seller").status_code == 429
    assert log_in(own, "seller").status_code == 302
    assert is_in(own)


def test_a_known_device_has_a_limit_of_its_own(seller) -> None:
    own = Client()
    log_in(own, "seller")
    own.post("/accounts/logout/")
    for _guess in range(5):
        answer = log_in(own, "seller", "wrong")
    assert answer.status_code == 429
    assert log_in(own, "seller").status_code == 429
    assert log_in(Client(), "seller").status_code == 302


def test_the_device_of_one_user_is_a_stranger_to_another(seller, person, network) -> None:
    person("colleague", Role.DEALER_SALES, dealer=network.d1)
    own = Client()
    log_in(own, "seller")
    own.post("/accounts/logout/")
    for _guess in range(5):
        log_in(own, "colleague", "wrong")
    assert log_in(own, "colleague").status_code == 429
    assert log_in(own, "seller").status_code == 302


def test_an_address_that_guesses_many_names_waits_for_the_rest_of_the_hour(seller, clock) -> None:
    known, guesser = Client(), Client()
    log_in(known, "seller")
    known.post("/accounts/logout/")
    for guess in range(rules.ADDRESS_FAILURES):
        log_in(guesser, f"name{guess}", "wrong")
    assert log_in(guesser, "fresh-name", "wrong").status_code == 429
    assert log_in(known, "seller").status_code == 302
    clock.shift(3601)
    assert log_in(guesser, "fresh-name", "wrong").status_code == 200


def test_what_is_counted_survives_the_loss_of_redis_and_holds_no_names(seller) -> None:
    for _guess in range(5):
        log_in(Client(), "seller", "wrong")
    cache.clear()
    assert log_in(Client(), "seller").status_code == 429
    assert not any("seller" in key for key in Throttle.objects.values_list("key", flat=True))


def test_the_next_address_of_a_proxy_is_believed_only_when_told(settings, seller) -> None:
    for guess in range(rules.ADDRESS_FAILURES):
        log_in(Client(), f"n{guess}", "wrong", **{"X-Forwarded-For": f"203.0.113.{guess}"})
    assert log_in(Client(), "seller", **{"X-Forwarded-For": "198.51.100.7"}).status_code == 429
    settings.TRUSTED_PROXIES = 1
    assert log_in(Client(), "seller", **{"X-Forwarded-For": "127.0.0.1, 198.51.100.7"}).status_code == 302


# --- the second factor ------------------------------------------------------------------------------------


def test_a_password_alone_opens_nothing_where_a_role_asks_for_more(boss) -> None:
    client = Client()
    answer = log_in(client, "boss")
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    assert not is_in(client)
    assert Client().get(CODE)["Location"] == LOG_IN
    assert not Session.objects.filter(user=boss).exists()
    data = Session.objects.get(pk=client.cookies["sessionid"].value).get_decoded()
    assert PASSWORD not in str(data)


def test_a_code_opens_the_session_once(boss, clock) -> None:
    client = Client()
    log_in(client, "boss")
    assert client.post(CODE, {"code": "000000"}).status_code == 422
    assert not is_in(client)
    answer = client.post(CODE, {"code": code_at(NOW)})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    again = Client()
    log_in(again, "boss")
    assert again.post(CODE, {"code": code_at(NOW)}).status_code == 422
    assert again.post(CODE, {"code": code_at(NOW - timedelta(seconds=30))}).status_code == 422
    assert not is_in(again)
    clock.shift(30)
    assert again.post(CODE, {"code": code_at(NOW + timedelta(seconds=30))}).status_code == 302
    assert is_in(again)
    event = AuditEvent.objects.filter(action="accounts.log_in", object_id=str(boss.pk)).first()
    assert event.after["second_factor"] is True


def test_codes_cannot_be_guessed(boss) -> None:
    client = Client()
    log_in(client, "boss")
    for guess in range(5):
        answer = client.post(CODE, {"code": f"{guess:06d}"})
    assert answer.status_code == 429
    assert client.post(CODE, {"code": code_at(NOW)}).status_code == 429
    assert not is_in(client)


def test_a_half_open_log_in_ends_after_ten_minutes_and_with_the_password(boss, clock) -> None:
    client, other = Client(), Client()
    log_in(client, "boss")
    log_in(other, "boss")
    services.set_password(user=boss, password="another-horse-11", actor=system("test"), now=NOW)
    assert other.post(CODE, {"code": code_at(NOW)})["Location"] == LOG_IN
    late = Client()
    assert late.post(LOG_IN, {"username": "boss", "password": "another-horse-11"}).status_code == 302
    clock.shift(601)
    assert late.post(CODE, {"code": code_at(NOW + timedelta(seconds=601))})["Location"] == LOG_IN
    assert not is_in(late)


def test_whoever_has_no_app_yet_sets_one_up_before_anything_opens(person, network, clock) -> None:
    user = person("head", Role.HQ_ADMIN, unit=network.hq)
    client = Client()
    answer = client.post(LOG_IN + "?next=/dealers/", {"username": "head", "password": PASSWORD})
    assert answer["Location"] == ENROL
    page = client.get(ENROL)
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert "<style" not in page.content.decode()
    secret = page.context["secret"]
    assert client.get(ENROL).context["secret"] == secret
    assert client.post(ENROL, {"code": "123"}).status_code == 422
    assert not SecondFactor.objects.exists()
    assert not is_in(client)
    raw = factors.base64.b32decode(secret.replace(" ", ""))
    done = client.post(ENROL, {"code": services.current_code(raw, now=NOW)})
    assert done.status_code == 200
    codes = done.context["codes"]
    assert len(set(codes)) == 10
    assert done.context["onward"] == "/dealers/"
    assert is_in(client)
    stored = SecondFactor.objects.get(user=user).sealed_secret
    assert secret.replace(" ", "") not in stored
    assert raw.hex() not in stored
    held = RecoveryCode.objects.values_list("digest", flat=True)
    assert len(held) == 10
    assert not set(codes) & set(held)


def test_a_set_up_app_cannot_be_replaced_by_the_password_alone(boss) -> None:
    client = Client()
    log_in(client, "boss")
    assert client.get(ENROL)["Location"] == CODE
    assert client.post(ENROL, {"code": "123456"})["Location"] == CODE


def test_a_recovery_code_works_once(boss, clock) -> None:
    codes = services.renew_recovery_codes(user=boss, actor=system("test"), now=NOW)
    client, again = Client(), Client()
    log_in(client, "boss")
    assert client.post(CODE, {"code": codes[3].lower().replace("-", " ")}).status_code == 302
    assert is_in(client)
    log_in(again, "boss")
    assert again.post(CODE, {"code": codes[3]}).status_code == 422
    assert RecoveryCode.objects.filter(used_at=None).count() == 9
    assert AuditEvent.objects.filter(action="accounts.use_recovery_code").count() == 1


def test_a_session_without_second_factor_is_worth_nothing_once_a_role_asks_for_one(
    seller, network, clock
) -> None:
    client = Client()
    log_in(client, "seller")
    assert is_in(client)
    token, secret = services.issue_token(user=seller, name="x", actor=system("test"), now=NOW)
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    assert api.get("/api/v1/me/").status_code == 200
    services.assign(
        user=seller, role=Role.HQ_FINANCE, unit=network.hq, valid_from=NOW.date(), actor=system("t"), now=NOW
    )
    assert client.get("/accounts/me/")["Location"] == LOG_IN + "?next=/accounts/me/"
    assert client.get("/api/v1/me/").status_code in (401, 403)
    assert api.get("/api/v1/me/").status_code == 401
    assert token.verified is False


def test_the_admin_site_has_no_door_of_its_own(boss) -> None:
    User.objects.filter(pk=boss.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    log_in(client, "boss")
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/")["Location"].startswith(LOG_IN)
    client.post("/admin/login/", {"username": "boss", "password": PASSWORD})
    assert not is_in(client)
    client.post(CODE, {"code": code_at(NOW)})
    assert client.get("/admin/").status_code == 200


def test_another_app_takes_the_place_of_the_first_for_a_code_of_it(boss, clock) -> None:
    client, elsewhere = Client(), Client()
    for one in (client, elsewhere):
        log_in(one, "boss")
        one.post(CODE, {"code": code_at(NOW)})
        clock.shift(30)
    # the second log-in reused a step, so only the first one is in
    assert is_in(client)
    page = client.get("/accounts/me/second-step/")
    new = factors.base64.b32decode(page.context["secret"].replace(" ", ""))
    moment = NOW + timedelta(seconds=60)
    fresh = services.current_code(new, now=moment)
    wrong = client.post("/accounts/me/second-step/", {"current": "000000", "code": fresh})
    assert wrong.status_code == 422
    right = client.post("/accounts/me/second-step/", {"current": code_at(moment), "code": fresh})
    assert right.status_code == 200
    assert len(right.context["codes"]) == 10
    assert factors.sealing.open_sealed(SecondFactor.objects.get(user=boss).sealed_secret) == new
    assert is_in(client)


def test_an_administrator_resets_a_lost_second_step(boss, hq_admin, client_of, clock) -> None:
    client = Client()
    log_in(client, "boss")
    client.post(CODE, {"code": code_at(NOW)})
    admin = client_of(hq_admin)
    assert admin.post(f"/accounts/users/{boss.pk}/second-step/").status_code == 302
    assert not is_in(client)
    assert log_in(Client(), "boss")["Location"] == ENROL
    assert admin.post(f"/accounts/users/{hq_admin.pk}/second-step/").status_code == 409


def test_the_code_of_a_sample_user_is_shown_in_a_demonstration_only(boss, settings) -> None:
    User.objects.filter(pk=boss.pk).update(email="boss@sample.invalid")
    client = Client()
    log_in(client, "boss")
    assert code_at(NOW) not in client.get(CODE).content.decode()
    settings.SHOW_SAMPLE_CODES = True
    assert code_at(NOW) in client.get(CODE).content.decode()
    User.objects.filter(pk=boss.pk).update(email="boss@example.com")
    assert code_at(NOW) not in client.get(CODE).content.decode()


# --- passwords that grow old ------------------------------------------------------------------------------


def test_an_old_password_is_renewed_on_the_way_in_where_that_is_asked(seller, settings, clock) -> None:
    clock.shift(90 * 86400)
    assert log_in(Client(), "seller")["Location"] == "/"
    settings.PASSWORD_EXPIRY_DAYS = 90
    client = Client()
    assert log_in(client, "seller")["Location"] == "/accounts/login/password/"
    assert not is_in(client)
    same = client.post("/accounts/login/password/", {"new_password": PASSWORD})
    assert same.status_code == 422
    done = client.post("/accounts/login/password/", {"new_password": "neu-und-lang-4471"})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert is_in(client)
    assert log_in(Client(), "seller", "neu-und-lang-4471")["Location"] == "/"


@pytest.mark.parametrize(
    "password",
    ["short-9173", "password1234", "Dealerops-2026", "seller-123456", "aaaaaaaaaaaaaa", "qwerty123456"],
)
def test_weak_passwords_are_refused(seller, client_of, password) -> None:
    answer = client_of(seller).post(
        "/accounts/me/password/", {"current_password": PASSWORD, "new_password": password}
    )
    assert answer.status_code == 422
    seller.refresh_from_db()
    assert seller.check_password(PASSWORD)


def test_a_long_phrase_is_enough_unless_composition_is_asked_for(seller, client_of, settings) -> None:
    client = client_of(seller)
    form = {"current_password": PASSWORD, "new_password": "vier bunte socken im wind"}
    settings.PASSWORD_COMPOSITION = True
    assert client.post("/accounts/me/password/", form).status_code == 422
    settings.PASSWORD_COMPOSITION = False
    assert client.post("/accounts/me/password/", form).status_code == 302


# --- devices and sessions ---------------------------------------------------------------------------------


def test_a_new_device_is_told_in_the_other_session_once(seller, clock) -> None:
    first, second = Client(), Client()
    log_in(first, "seller")
    log_in(second, "seller", **{"User-Agent": "Mozilla/5.0 (iPhone) AppleWebKit Version/18 Safari/604"})
    assert Device.objects.count() == 2
    told = first.get("/accounts/me/").content.decode()
    assert "Safari · iPhone" in told
    assert "新设备" in told
    assert "新设备" not in first.get("/accounts/me/").content.decode()
    assert "新设备" not in second.get("/accounts/me/").content.decode()
    second.post("/accounts/logout/")
    log_in(second, "seller")
    assert Device.objects.count() == 2
    assert "新设备" not in first.get("/accounts/me/").content.decode()


def test_sessions_are_listed_and_ended(seller, d2_gm, clock, client_of) -> None:
    here, there, third = Client(), Client(), Client()
    for client in (here, there, third):
        log_in(client, "seller")
    page = here.get("/accounts/me/")
    rows = list(page.context["sessions"])
    assert len(rows) == 3
    keys = [client.cookies["sessionid"].value for client in (here, there, third)]
    assert not any(key in page.content.decode() for key in keys)
    handle = Session.objects.get(pk=keys[1]).handle
    assert client_of(d2_gm).post(f"/accounts/me/sessions/{handle}/end/").status_code == 404
    assert is_in(there)
    asked = here.get(f"/accounts/me/sessions/{handle}/end/")
    assert asked.status_code == 200
    assert not any(key in asked.content.decode() for key in keys)
    assert here.post(f"/accounts/me/sessions/{handle}/end/").status_code == 302
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)
    assert here.post("/accounts/me/sessions/end-others/").status_code == 302
    assert (is_in(here), is_in(third)) == (True, False)


def test_the_key_of_a_session_changes_with_the_log_in(seller) -> None:
    client = Client()
    client.get(LOG_IN)
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    log_in(client, "seller")
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(pk=before).exists()


def test_what_was_ended_by_shutting_out_does_not_come_back(seller, hq_admin, client_of, clock) -> None:
    client = Client()
    log_in(client, "seller")
    _token, secret = services.issue_token(user=seller, name="x", actor=system("test"), now=NOW)
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    admin = client_of(hq_admin)
    for active in (False, True):
        assert admin.post(f"/accounts/users/{seller.pk}/active/").status_code == 302
        seller.refresh_from_db()
        assert seller.is_active is active
        assert not is_in(client)
        assert api.get("/api/v1/me/").status_code == 401
    assert log_in(client, "seller").status_code == 302


def test_the_people_of_a_closed_dealer_lose_their_rights_the_makers_people_do_not(
    seller, network, am_1, actor_of, now
) -> None:
    assert actor_of(seller).scope.dealer_ids == {network.d1.pk}
    type(network.d1).objects.filter(pk=network.d1.pk).update(closed_on=now.date())
    assert actor_of(seller).scope.dealer_ids == frozenset()
    assert actor_of(seller).roles == frozenset()
    assert network.d1.pk in actor_of(am_1).scope.dealer_ids
