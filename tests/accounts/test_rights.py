"""Grants of roles: as shipped, changed with four eyes, limited in amount, in force at the next request."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.accounts import policies as accounts_policies
from apps.accounts import queries, services
from apps.accounts.models import Assignment, ChangeState, Grant, RightsChange
from apps.accounts.rights import grants
from apps.core import access
from apps.core.access import Limit, system
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.core.roles import GROUPS, MONEY, Role
from tests.conftest import WALLS
from tests.factories import network as factory

CHANGE = "/accounts/rights/roles/{}/{}/"


@pytest.fixture
def second(network):
    return factory.persona("hq_admin_2", Role.HQ_ADMIN, unit=network.hq)


def held() -> dict[tuple[str, str], Limit]:
    return {(row.role, row.action): row.limit for row in Grant.objects.filter(allowed=True)}


def test_a_new_data_base_holds_the_grants_as_shipped(db) -> None:
    assert held() == grants.shipped()
    assert {role for role, _action in held()} == set(Role)
    assert grants.sync() == 0


def test_every_role_is_named_and_stands_in_one_group() -> None:
    listed = [role for roles in GROUPS.values() for role in roles]
    assert sorted(listed) == sorted(Role) and len(listed) == 28


def test_new_actions_get_their_defaults_and_edits_are_kept(db, now, monkeypatch) -> None:
    edited = Grant.objects.get(role=Role.HQ_AUDIT, action="sales.view")
    Grant.objects.filter(pk=edited.pk).update(allowed=False, changed_at=now, changed_by="王")
    Grant.objects.filter(role=Role.HQ_LEGAL, action="sales.view").delete()
    Grant.objects.create(role=Role.HQ_LEGAL, action="sales.gone")
    monkeypatch.setitem(
        access._actions,
        "sales.new",
        access.Action("sales.new", "New", frozenset({Role.HQ_LEGAL}), {Role.HQ_LEGAL: Limit(Decimal(5))}),
    )
    assert grants.sync() == 3
    found = held()
    assert (Role.HQ_AUDIT, "sales.view") not in found
    assert (Role.HQ_LEGAL, "sales.view") in found and (Role.HQ_LEGAL, "sales.gone") not in found
    assert found[Role.HQ_LEGAL, "sales.new"] == Limit(Decimal(5))
    assert grants.sync() == 0


def test_a_change_is_in_force_at_the_next_request(hq_admin, d1_sm, client_of, api_of) -> None:
    dealer, api = client_of(d1_sm), api_of(d1_sm)
    assert dealer.get("/sales/").status_code == 200
    url = CHANGE.format("dealer_sales", "sales.view")
    answer = client_of(hq_admin).post(url, {"reason": "只看库存"})
    assert answer.status_code == 302
    assert dealer.get("/sales/").status_code == 403
    assert api.get("/api/v1/deliveries/").status_code == 403
    event = AuditEvent.objects.get(action="accounts.change_grant")
    assert (event.before, event.after) == ({"allowed": True}, {"allowed": False, "reason": "只看库存"})
    again = client_of(hq_admin).post(url, {"allowed": "on", "reason": "恢复"})
    assert again.status_code == 302
    assert dealer.get("/sales/").status_code == 200
    assert RightsChange.objects.filter(state=ChangeState.APPLIED).count() == 2


@pytest.mark.parametrize(
    ("role", "action"), [("hq_finance", "sales.view"), ("hq_operations", "closing.reopen")]
)
def test_a_money_role_or_action_waits_for_a_second_administrator(
    hq_admin, second, client_of, api_of, role: str, action: str
) -> None:
    before = held()
    wanted = (role, action) not in before
    form = {"reason": "试点"} | ({"allowed": "on"} if wanted else {})
    url = CHANGE.format(role, action)
    assert client_of(hq_admin).post(url, form).status_code == 302
    change = RightsChange.objects.get()
    assert change.state == ChangeState.WAITING and held() == before
    assert client_of(hq_admin).post(url, form).status_code == 422  # one at a time
    own = client_of(hq_admin).post(f"/accounts/rights/changes/{change.pk}/decide/", {"approve": "yes"})
    assert own.status_code == 422 and "四眼" in own.content.decode()
    by_api = api_of(hq_admin).post(f"/api/v1/rights-changes/{change.pk}/approve/", {}, format="json")
    assert (by_api.status_code, by_api.json()["code"]) == (409, "four_eyes")
    change.refresh_from_db()
    assert change.state == ChangeState.WAITING and held() == before
    done = client_of(second).post(f"/accounts/rights/changes/{change.pk}/decide/", {"approve": "yes"})
    assert done.status_code == 302
    assert ((role, action) in held()) == wanted
    change.refresh_from_db()
    assert (change.state, change.decided_by) == (ChangeState.APPLIED, second)
    late = client_of(second).post(f"/accounts/rights/changes/{change.pk}/decide/", {"approve": "no"})
    assert late.status_code == 422


def test_a_refused_or_withdrawn_change_changes_nothing(hq_admin, second, client_of) -> None:
    before, url = held(), CHANGE.format("hq_finance", "sales.view")
    client_of(hq_admin).post(url, {"reason": "x"})
    refused = RightsChange.objects.get()
    client_of(second).post(f"/accounts/rights/changes/{refused.pk}/decide/", {"approve": "no"})
    client_of(hq_admin).post(url, {"reason": "x"})
    taken = RightsChange.objects.latest("pk")
    assert client_of(second).post(f"/accounts/rights/changes/{taken.pk}/withdraw/").status_code == 409
    assert client_of(hq_admin).post(f"/accounts/rights/changes/{taken.pk}/withdraw/").status_code == 302
    states = list(RightsChange.objects.order_by("pk").values_list("state", flat=True))
    assert states == [ChangeState.REFUSED, ChangeState.WITHDRAWN] and held() == before


def test_the_administrator_keeps_its_key_and_nothing_unknown_is_granted(hq_admin, client_of) -> None:
    before, admin = held(), client_of(hq_admin)
    assert admin.post(CHANGE.format("hq_admin", "accounts.change_rights"), {"reason": "x"}).status_code == 422
    assert admin.get(CHANGE.format("hq_admin", "no.such")).status_code == 404
    assert admin.get(CHANGE.format("nobody", "sales.view")).status_code == 404
    same = admin.post(CHANGE.format("dealer_sales", "sales.view"), {"allowed": "on", "reason": "x"})
    assert same.status_code == 422 and held() == before


def test_a_money_role_is_given_by_two_people(hq_admin, second, executive, network, client_of, now) -> None:
    form = {"role": Role.HQ_FINANCE, "unit": network.hq.pk, "valid_from": "2026-07-01"}
    answer = client_of(hq_admin).post(f"/accounts/users/{executive.pk}/assign/", form)
    change = RightsChange.objects.get()
    assert answer.url == f"/accounts/rights/changes/{change.pk}/"
    assert not Assignment.objects.filter(role=Role.HQ_FINANCE).exists()
    with pytest.raises(DomainError, match="需要两人"):
        services.assign(
            user=executive,
            role=Role.HQ_FINANCE,
            unit=network.hq,
            actor=queries.actor_for(hq_admin, on=now.date()),
            now=now,
            valid_from=now.date(),
        )
    client_of(second).post(f"/accounts/rights/changes/{change.pk}/decide/", {"approve": "yes"})
    given = Assignment.objects.get(role=Role.HQ_FINANCE)
    assert (given.user, given.unit, given.valid_from) == (executive, network.hq, date(2026, 7, 1))
    assert "hq_finance" in queries.actor_for(executive, on=now.date()).roles


def test_nobody_approves_a_role_of_its_own(hq_admin, second, network, client_of) -> None:
    form = {"role": Role.HQ_FINANCE, "unit": network.hq.pk, "valid_from": "2026-07-01"}
    client_of(hq_admin).post(f"/accounts/users/{second.pk}/assign/", form)
    change = RightsChange.objects.get()
    answer = client_of(second).post(f"/accounts/rights/changes/{change.pk}/decide/", {"approve": "yes"})
    assert answer.status_code == 422
    assert not Assignment.objects.filter(role=Role.HQ_FINANCE).exists()


def test_a_limit_is_a_row_and_is_answered_for_an_amount(prov_zj, network, hq_admin, client_of, now) -> None:
    url = CHANGE.format("province_manager", "inventory.transfer")
    form = {"allowed": "on", "per_mille": "1", "max_amount": "5000", "reason": "1‰"}
    assert client_of(hq_admin).post(url, form).status_code == 302
    assert Grant.objects.get(role="province_manager", action="inventory.transfer").limit == Limit(
        Decimal(5000), Decimal("0.001")
    )
    actor = queries.actor_for(prov_zj, on=now.date())
    policy = access.policy_of(type(network.d1))

    def may(amount: str, base: str | None, dealer=network.d1) -> bool:
        share = None if base is None else Decimal(base)
        return bool(policy.can(actor, "inventory.transfer", dealer, amount=Decimal(amount), base=share))

    assert may("1000.00", "1000000")
    assert not may("1000.01", "1000000")
    assert may("5000", "9000000") and not may("5000.01", "9000000")
    assert not may("1", None)  # a share of nothing known
    assert not may("1", "1000000", network.d4)  # of another province
    assert policy.can(actor, "sales.view", network.d1, amount=Decimal(10**9))
    page = client_of(hq_admin).get("/accounts/rights/roles/province_manager/").content.decode()
    assert "≤ 1‰ · ¥5,000" in page


def test_two_roles_do_not_lend_each_other_their_reach(network, client_of, now) -> None:
    """Who sells for D001 and manages D002 corrects nothing at D001."""
    user = factory.persona("both", Role.DEALER_SALES, dealer=network.d1)
    Assignment.objects.create(
        user=user, role=Role.DEALER_GENERAL, dealer=network.d2, valid_from=factory.SINCE
    )
    actor = queries.actor_for(user, on=now.date())
    assert actor.scope.dealer_ids == {network.d1.pk, network.d2.pk} and actor.may("sales.correct")
    policy = access.policy_of(type(network.d1))
    assert policy.can(actor, "sales.correct", network.d2)
    assert not policy.can(actor, "sales.correct", network.d1)
    assert policy.can(actor, "sales.record", network.d1)
    narrowed = actor.narrowed("sales.correct")
    assert narrowed.scope.dealer_ids == {network.d2.pk}


def test_a_closed_dealer_gives_its_people_nothing(network, d1_gm, investor, client_of, now) -> None:
    client = client_of(d1_gm)
    assert client.get("/sales/").status_code == 200
    type(network.d1).objects.filter(pk=network.d1.pk).update(status="closed", closed_on=date(2026, 7, 1))
    assert client.get("/sales/").status_code == 403
    assert queries.actor_for(d1_gm, on=now.date()).actions == frozenset()
    assert queries.actor_for(investor, on=now.date()).may("sales.view")


def test_who_asks_is_one_query_whatever_the_roles(network, d1_gm, hq_admin, now, django_assert_num_queries):
    for user in (d1_gm, hq_admin):
        with django_assert_num_queries(1):
            assert queries.actor_for(user, on=now.date()).actions


def test_the_matrix_shows_all_roles_and_marks_what_differs(hq_admin, client_of, now) -> None:
    admin = client_of(hq_admin)
    Grant.objects.filter(role="dealer_sales", action="sales.view").update(allowed=False, changed_at=now)
    for group, roles in GROUPS.items():
        page = admin.get(f"/accounts/rights/?group={group}")
        assert page.status_code == 200
        assert [row.role for row in page.context["roles"]] == [str(role) for role in roles]
        cells = [cell for part in page.context["sections"] for line in part.lines for cell in line.cells]
        assert len(cells) == len(roles) * len(access.actions())
        differing = {(cell.role, cell.action.code) for cell in cells if not cell.shipped}
        assert differing == ({("dealer_sales", "sales.view")} if group == "dealer" else set())


def test_the_number_of_queries_of_the_matrix_does_not_grow(
    hq_admin, client_of, django_assert_max_num_queries
):
    admin = client_of(hq_admin)
    admin.get("/accounts/rights/")
    with django_assert_max_num_queries(11 + WALLS):
        admin.get("/accounts/rights/?group=hq")


def test_money_roles_hold_what_is_guarded(db) -> None:
    guarded = {code for code, action in access.actions().items() if action.guarded}
    assert {accounts_policies.MANAGE, accounts_policies.CHANGE_RIGHTS} <= guarded
    assert Role.HQ_ADMIN in MONEY and not any(role.startswith("dealer") for role in MONEY)


def test_the_api_lists_grants_and_asks_for_changes(hq_admin, second, d1_gm, api_of) -> None:
    api = api_of(hq_admin)
    rows = api.get("/api/v1/grants/?limit=1000").json()
    assert rows["count"] == len(grants.shipped())
    body = {"role": "hq_finance", "action": "sales.view", "allowed": False, "reason": "x"}
    key = {"HTTP_IDEMPOTENCY_KEY": "key-12345678"}
    asked = api.post("/api/v1/rights-changes/", body, format="json", **key)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert api.post("/api/v1/rights-changes/", body, format="json", **key).json() == asked.json()
    number = asked.json()["id"]
    done = api_of(second).post(f"/api/v1/rights-changes/{number}/approve/", {"answer": "好"}, format="json")
    assert (done.status_code, done.json()["state"]) == (200, "applied")
    assert api_of(d1_gm).get("/api/v1/grants/").status_code == 403
    assert system("x").may("accounts.manage")


ADMIN_GRANT = "/admin/accounts/grant/"


def test_the_admin_site_changes_grants_by_the_same_service(hq_admin, d1_sm, client_of) -> None:
    admin, dealer = client_of(hq_admin), client_of(d1_sm)
    row = Grant.objects.get(role=Role.DEALER_SALES, action="sales.view")
    shown = admin.get(f"{ADMIN_GRANT}{row.pk}/change/").content.decode()
    assert 'name="reason"' in shown and 'name="role"' not in shown
    nameless = admin.post(f"{ADMIN_GRANT}{row.pk}/change/", {"allowed": ""})
    assert nameless.status_code == 200 and dealer.get("/sales/").status_code == 200  # a reason is asked for
    answer = admin.post(f"{ADMIN_GRANT}{row.pk}/change/", {"allowed": "", "reason": "只看库存"}, follow=True)
    assert "立即生效" in answer.content.decode()
    assert dealer.get("/sales/").status_code == 403
    change = RightsChange.objects.get()
    assert (change.state, change.reason, change.proposed_by) == (ChangeState.APPLIED, "只看库存", hq_admin)
    assert AuditEvent.objects.filter(action="accounts.change_grant").count() == 1
    assert not AuditEvent.objects.filter(action__startswith="core.admin").exists()


@pytest.mark.parametrize("limit", [{"allowed": ""}, {"allowed": "on", "max_amount": "100000"}])
def test_on_the_admin_site_a_money_role_waits_for_a_second_one(hq_admin, second, client_of, limit) -> None:
    before = held()
    row = Grant.objects.get(role=Role.HQ_FINANCE, action="sales.view")
    answer = client_of(hq_admin).post(
        f"{ADMIN_GRANT}{row.pk}/change/", limit | {"reason": "试点"}, follow=True
    )
    assert "等待第二位管理员" in answer.content.decode()
    assert held() == before
    change = RightsChange.objects.get()
    assert change.state == ChangeState.WAITING
    again = client_of(hq_admin).post(
        f"{ADMIN_GRANT}{row.pk}/change/", limit | {"reason": "试点"}, follow=True
    )
    assert "此权限已有一项变更待决定" in again.content.decode()
    assert RightsChange.objects.count() == 1 and held() == before
    page = f"/admin/accounts/rightschange/{change.pk}/"
    assert client_of(second).get(f"{page}change/").status_code == 200
    assert client_of(second).post(f"{page}change/", {"state": "applied"}).status_code == 403
    assert client_of(second).post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert held() == before
    done = client_of(second).post(f"/accounts/rights/changes/{change.pk}/decide/", {"approve": "yes"})
    assert done.status_code == 302 and held() != before


def test_the_admin_site_adds_a_right_and_never_deletes_one(hq_admin, second, client_of) -> None:
    admin = client_of(hq_admin)
    assert not Grant.objects.filter(role=Role.HQ_TRAINING, action="incentives.view").exists()
    given = {"role": "hq_training", "action": "incentives.view", "allowed": "on", "reason": "培训用"}
    assert admin.post(f"{ADMIN_GRANT}add/", given | {"action": "no.such"}).status_code == 200
    assert not RightsChange.objects.exists()
    assert admin.post(f"{ADMIN_GRANT}add/", given).status_code == 302
    row = Grant.objects.get(role=Role.HQ_TRAINING, action="incentives.view")
    assert row.allowed and row.changed_by == str(hq_admin)
    assert admin.post(f"{ADMIN_GRANT}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    keys = Grant.objects.get(role=Role.HQ_ADMIN, action=accounts_policies.CHANGE_RIGHTS)
    kept = admin.post(f"{ADMIN_GRANT}{keys.pk}/change/", {"allowed": "", "reason": "x"}, follow=True)
    assert "管理员" in kept.content.decode()
    keys.refresh_from_db()
    assert keys.allowed
