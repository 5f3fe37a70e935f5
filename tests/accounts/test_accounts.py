"""Logging in, one's own account, tokens, users and assignments, through the HTTP interface."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import queries, services
from apps.accounts.models import ApiToken, Assignment, User
from apps.core.access import system
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.dealers import services as dealers

PASSWORD = "long-enough-9173"


@pytest.fixture
def keeper(network, now) -> User:
    user = services.create_user(
        username="keeper",
        display_name="王掌柜",
        password=PASSWORD,
        language="en",
        actor=system("test"),
        now=now,
    )
    services.assign(
        user=user,
        role=Role.HQ_ADMIN,
        unit=network.hq,
        valid_from=date(2020, 1, 1),
        actor=system("test"),
        now=now,
    )
    return user


def test_log_in_opens_the_page_that_was_asked_for_in_the_language_of_the_user(keeper) -> None:
    client = Client()
    asked = client.get("/accounts/users/")
    assert asked.status_code == 302 and asked.url == "/accounts/login/?next=/accounts/users/"
    shown = client.get("/accounts/login/")
    assert shown.status_code == 200 and "登录" in shown.content.decode()
    secret = services.new_secret()
    early = timezone.now() - timedelta(minutes=5)
    first = services.current_code(secret, now=early)
    services.set_up(user=keeper, secret=secret, code=first, actor=system("test"), now=early)
    half = client.post(
        "/accounts/login/", {"username": "keeper", "password": PASSWORD, "next": "/accounts/users/"}
    )
    assert half.status_code == 302 and half.url == "/accounts/login/code/"
    entered = client.post(half.url, {"code": services.current_code(secret, now=timezone.now())})
    assert entered.status_code == 302 and entered.url == "/accounts/users/"
    assert entered.cookies["django_language"].value == "en"
    page = client.get("/accounts/users/")
    assert (
        page.status_code == 200 and "王掌柜" in page.content.decode() and "New user" in page.content.decode()
    )
    assert AuditEvent.objects.filter(action="accounts.log_in", actor_id=keeper.pk).count() == 1


@pytest.mark.parametrize(("name", "password"), [("keeper", "wrong-pass-000"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(keeper, name, password) -> None:
    answer = Client().post("/accounts/login/", {"username": name, "password": password})
    assert answer.status_code == 200
    assert "用户名或密码不对" in answer.content.decode()
    assert "sessionid" not in answer.cookies


def test_a_shut_out_user_is_out_at_the_next_request(keeper, d1_gm, client_of, api_of) -> None:
    admin, dealer, api = client_of(keeper), client_of(d1_gm), api_of(d1_gm)
    assert dealer.get("/accounts/me/").status_code == 200
    assert api.get("/api/v1/me/").status_code == 200
    done = admin.post(f"/accounts/users/{d1_gm.pk}/active/")
    assert done.status_code == 302
    assert dealer.get("/accounts/me/").status_code == 302
    assert api.get("/api/v1/me/").status_code == 401
    assert admin.post(f"/accounts/users/{keeper.pk}/active/").status_code == 409
    assert User.objects.get(pk=keeper.pk).is_active


def test_logging_out_ends_the_session(keeper, client_of) -> None:
    client = client_of(keeper)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/accounts/me/").status_code == 302


def test_the_password_is_hashed_with_moderate_argon2(keeper) -> None:
    assert keeper.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_token_is_shown_once_and_works_until_it_is_revoked(d1_gm, d2_gm, client_of) -> None:
    client = client_of(d1_gm)
    issued = client.post("/accounts/me/tokens/new/", {"name": "DMS"})
    assert issued.status_code == 201
    secret = issued.context["secret"]
    assert secret in issued.content.decode()
    assert secret not in client.get("/accounts/me/").content.decode()
    token = ApiToken.objects.get()
    assert token.digest != secret and token.prefix == secret[:8]
    door = Client(headers={"Authorization": f"Bearer {secret}"})
    me = door.get("/api/v1/me/").json()
    assert (me["username"], me["roles"], me["everything"]) == ("d1_gm", ["dealer_general"], False)
    assert [row["dealer"] for row in me["assignments"]] == ["D001"]
    foreign = client_of(d2_gm)
    assert foreign.post(f"/accounts/me/tokens/{token.pk}/revoke/").status_code == 404
    assert door.get("/api/v1/me/").status_code == 200
    assert client.post(f"/accounts/me/tokens/{token.pk}/revoke/").status_code == 302
    assert door.get("/api/v1/me/").status_code == 401


def test_an_expired_token_does_not_work(d1_gm) -> None:
    early = timezone.now() - services.TOKEN_LIFE - timedelta(days=1)
    _token, secret = services.issue_token(user=d1_gm, name="old", actor=system("test"), now=early)
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me/").status_code == 401


def test_name_and_language_are_kept_and_shown_at_once(d1_gm, client_of) -> None:
    client = client_of(d1_gm)
    assert "我的账户" in client.get("/accounts/me/").content.decode()
    saved = client.post("/accounts/me/profile/", {"display_name": "李总", "language": "en"})
    assert saved.status_code == 302 and saved.cookies["django_language"].value == "en"
    d1_gm.refresh_from_db()
    assert (d1_gm.display_name, d1_gm.language) == ("李总", "en")
    assert "My account" in client.get("/accounts/me/").content.decode()


def test_a_new_password_needs_the_current_one_and_keeps_this_session(keeper, client_of) -> None:
    client, other = client_of(keeper), client_of(keeper)
    wrong = client.post(
        "/accounts/me/password/", {"current_password": "nope", "new_password": "another-long-4471"}
    )
    assert wrong.status_code == 422
    short = client.post("/accounts/me/password/", {"current_password": PASSWORD, "new_password": "short"})
    assert short.status_code == 422
    keeper.refresh_from_db()
    assert keeper.check_password(PASSWORD)
    right = client.post(
        "/accounts/me/password/", {"current_password": PASSWORD, "new_password": "another-long-4471"}
    )
    assert right.status_code == 302
    keeper.refresh_from_db()
    assert keeper.check_password("another-long-4471")
    assert client.get("/accounts/me/").status_code == 200
    assert other.get("/accounts/me/").status_code == 302


def test_a_user_is_created_and_reaches_what_is_assigned(keeper, network, client_of, now) -> None:
    admin = client_of(keeper)
    form = {"username": "am_9", "display_name": "赵经理", "language": "", "email": ""}
    assert admin.post("/accounts/users/new/", form).status_code == 302
    assert admin.post("/accounts/users/new/", form).status_code == 422
    user = User.objects.get(username="am_9")
    assert queries.actor_for(user, on=now.date()).actions == frozenset()
    url = f"/accounts/users/{user.pk}/assign/"
    both = {
        "role": Role.ACCOUNT_MANAGER,
        "unit": network.area_1.pk,
        "dealer": "D001",
        "valid_from": "2026-07-01",
    }
    assert admin.post(url, both).status_code == 422
    assert not Assignment.objects.filter(user=user).exists()
    assert admin.post(url, {**both, "dealer": ""}).status_code == 302
    actor = queries.actor_for(user, on=now.date())
    assert actor.scope.dealer_ids == {network.d1.pk, network.d2.pk}
    assert actor.roles == {"account_manager"}
    held = Assignment.objects.get(user=user)
    assert admin.post(f"/accounts/assignments/{held.pk}/end/", {"on": "2026-07-10"}).status_code == 302
    assert queries.actor_for(user, on=date(2026, 7, 10)).scope.dealer_ids == {network.d1.pk, network.d2.pk}
    assert queries.actor_for(user, on=date(2026, 7, 11)).scope.dealer_ids == frozenset()
    assert admin.get(f"/accounts/users/{user.pk}/").status_code == 200


@pytest.mark.parametrize("persona", ["hq_ops", "prov_zj", "d1_gm", "investor"])
def test_only_the_administrator_manages_users(request, persona, client_of, network, hq_admin) -> None:
    client = client_of(request.getfixturevalue(persona))
    before = User.objects.count()
    for url in ("/accounts/users/", "/accounts/users/new/", f"/accounts/users/{hq_admin.pk}/"):
        assert client.get(url).status_code == 403
    assert client.post("/accounts/users/new/", {"username": "x"}).status_code == 403
    assert client.post(f"/accounts/users/{hq_admin.pk}/active/").status_code == 403
    assert User.objects.count() == before and User.objects.get(pk=hq_admin.pk).is_active


def test_the_list_filters_by_name_role_and_state(keeper, cast, client_of) -> None:
    client = client_of(keeper)
    assert len(client.get("/accounts/users/?q=d1_").context["page"].object_list) == 3
    assert len(client.get("/accounts/users/?role=dealer_general").context["page"].object_list) == 2
    assert len(client.get("/accounts/users/?is_active=false").context["page"].object_list) == 0


def test_responsible_on_follows_the_tree_of_the_day(network, cast, actor_of, now) -> None:
    hq = actor_of(cast["hq_admin"])

    def names(dealer, day, roles=None) -> list[str]:
        found = queries.responsible_on(actor=hq, dealer=dealer, on=day, roles=roles)
        return [row.user.username for row in found]

    field = {Role.ACCOUNT_MANAGER, Role.REGION_MANAGER, Role.PROVINCE_MANAGER}
    assert names(network.d1, now.date(), field) == ["am_1", "prov_zj", "reg_a"]
    assert names(network.d3, now.date(), field) == ["prov_zj", "reg_a"]
    assert names(network.d4, now.date(), field) == []
    assert names(network.d1, now.date(), {Role.DEALER_GENERAL, Role.INVESTOR}) == ["d1_gm", "investor"]
    dealers.place_dealer(
        dealer=network.d1, unit=network.area_2, valid_from=date(2026, 7, 1), actor=system("test"), now=now
    )
    assert names(network.d1, date(2026, 6, 30), field) == ["am_1", "prov_zj", "reg_a"]
    assert names(network.d1, date(2026, 7, 1), field) == ["prov_zj", "reg_a"]
    assert queries.responsible_on(actor=actor_of(cast["d2_gm"]), dealer=network.d1, on=now.date()) == []


def test_nobody_ends_its_own_assignment(keeper, client_of) -> None:
    held = Assignment.objects.get(user=keeper)
    assert (
        client_of(keeper).post(f"/accounts/assignments/{held.pk}/end/", {"on": "2026-07-10"}).status_code
        == 422
    )
    assert Assignment.objects.get(user=keeper).valid_to is None
