"""Who decides is whoever holds the level at the place now; a stand-in decides in another's name."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import Assignment, Delegation, Grant
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.work import queries, services
from apps.work.models import ApprovalDecision, Notice, Todo

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def ask(network, actor, now, flow="test.one", **more):
    what = services.Ask(flow=flow, target=network.d1, dealer_id=network.d1.pk, summary="6月报表", **more)
    return services.ask_approval(ask=what, asked_by=actor, now=now)


def waiting(actor, now) -> list[tuple[int, str]]:
    rows = queries.waiting_for(actor=actor, on=now.date(), now=now)
    return [(each.approval.pk, each.for_label) for each in rows]


def away(user, mate, now, roles=("region_manager",)) -> Delegation:
    day = now.date()
    return Delegation.objects.create(
        delegator=user, delegate=mate, roles=list(roles), valid_from=day, valid_to=day, created_at=now
    )


def test_one_step_is_decided_and_the_thing_follows(kinds, network, cast, actor_of, now) -> None:
    row = ask(network, actor_of(cast["d1_fin"]), now)
    assert ask(network, actor_of(cast["d1_fin"]), now).pk == row.pk
    assert (row.level, row.due_at) == ("region_manager", datetime(2026, 7, 14, 18, tzinfo=SHANGHAI))
    assert waiting(actor_of(cast["reg_a"]), now) == [(row.pk, "")]
    for other in ("am_1", "prov_zj", "d1_gm", "d1_fin", "hq_ops"):
        assert waiting(actor_of(cast[other]), now) == []
    todo = Todo.objects.get(key=f"work.approval:{row.pk}")
    assert (todo.role, todo.state, todo.due_at) == ("region_manager", "open", row.due_at)
    assert set(Notice.objects.values_list("user__username", "code")) == {("reg_a", "work.approval_waiting")}

    services.decide(approval=row, verdict="approve", comment="", actor=actor_of(cast["reg_a"]), now=now)
    row.refresh_from_db()
    todo.refresh_from_db()
    assert (row.state, todo.state) == ("approved", "done")
    assert kinds == [("approved", network.d1.pk, "")]
    assert Notice.objects.get(user=cast["d1_fin"]).code == "work.approval_approved"
    with pytest.raises(DomainError) as caught:
        services.decide(approval=row, verdict="reject", comment="x", actor=actor_of(cast["reg_a"]), now=now)
    assert caught.value.code == "decided_already"
    assert len(kinds) == 1


def test_a_stand_in_decides_in_the_name_of_who_is_away(kinds, network, cast, actor_of, now) -> None:
    row = ask(network, actor_of(cast["d1_fin"]), now)
    away(cast["reg_a"], cast["am_1"], now)
    am_1 = actor_of(cast["am_1"])
    assert waiting(am_1, now) == [(row.pk, "reg_a")]
    todos = queries.my_todos(actor=am_1, on=now.date(), now=now)
    assert [(each.todo.key, each.for_label) for each in todos] == [(f"work.approval:{row.pk}", "reg_a")]
    services.decide(approval=row, verdict="approve", comment="同意", actor=am_1, now=now)
    decision = ApprovalDecision.objects.get(approval=row)
    assert (decision.by_label, decision.for_label, decision.verdict) == ("am_1", "reg_a", "approve")
    event = AuditEvent.objects.filter(action="work.approve").get()
    assert (event.actor_label, event.on_behalf_of) == ("am_1", "reg_a")


def test_return_and_reject_need_a_reason_and_change_nothing_without(
    kinds, network, cast, actor_of, now
) -> None:
    row = ask(network, actor_of(cast["d1_fin"]), now)
    for verdict in ("return", "reject"):
        with pytest.raises(DomainError) as caught:
            services.decide(
                approval=row, verdict=verdict, comment=" ", actor=actor_of(cast["reg_a"]), now=now
            )
        assert caught.value.code == "comment_needed"
    row.refresh_from_db()
    assert (row.state, kinds, ApprovalDecision.objects.count()) == ("waiting", [], 0)
    services.decide(
        approval=row, verdict="return", comment="折旧为何翻倍", actor=actor_of(cast["reg_a"]), now=now
    )
    assert kinds == [("returned", network.d1.pk, "折旧为何翻倍")]
    again = ask(network, actor_of(cast["d1_fin"]), now)
    assert again.pk != row.pk


@pytest.mark.parametrize("name", ["am_1", "prov_zj", "d1_gm", "d2_gm", "hq_admin"])
def test_others_decide_nothing(kinds, network, cast, actor_of, now, name) -> None:
    row = ask(network, actor_of(cast["d1_fin"]), now)
    with pytest.raises(DomainError) as caught:
        services.decide(approval=row, verdict="approve", comment="", actor=actor_of(cast[name]), now=now)
    assert caught.value.code == "not_yours"
    row.refresh_from_db()
    assert row.state == "waiting"


def test_nobody_decides_its_own_request_not_even_as_a_stand_in(kinds, network, cast, actor_of, now) -> None:
    row = ask(network, actor_of(cast["am_1"]), now)
    away(cast["reg_a"], cast["am_1"], now)
    am_1 = actor_of(cast["am_1"])
    assert waiting(am_1, now) == []
    with pytest.raises(DomainError) as caught:
        services.decide(approval=row, verdict="approve", comment="", actor=am_1, now=now)
    assert caught.value.code == "own_request"


def test_who_asks_at_its_own_level_asks_the_next_above(kinds, network, cast, actor_of, now) -> None:
    row = ask(network, actor_of(cast["reg_a"]), now)
    assert row.level == "province_manager"


def test_a_new_manager_finds_what_waited_for_the_old_one(kinds, network, cast, actor_of, now) -> None:
    row = ask(network, actor_of(cast["d1_fin"]), now)
    Assignment.objects.filter(user=cast["reg_a"]).update(valid_to=date(2026, 7, 11))
    Assignment.objects.create(
        user=cast["executive"], role="region_manager", unit=network.region_a, valid_from=date(2026, 7, 12)
    )
    assert waiting(actor_of(cast["reg_a"]), now) == []
    assert waiting(actor_of(cast["executive"]), now) == [(row.pk, "")]


def test_beyond_the_limit_goes_one_step_up(kinds, network, cast, actor_of, now) -> None:
    Grant.objects.filter(role="region_manager", action="inventory.transfer").update(max_amount=Decimal(50000))
    small = ask(network, actor_of(cast["d1_fin"]), now, amount=Decimal(50000))
    services.decide(approval=small, verdict="approve", comment="", actor=actor_of(cast["reg_a"]), now=now)
    small.refresh_from_db()
    assert small.state == "approved"
    big = ask(network, actor_of(cast["d1_fin"]), now, amount=Decimal("50000.01"))
    services.decide(approval=big, verdict="approve", comment="", actor=actor_of(cast["reg_a"]), now=now)
    big.refresh_from_db()
    assert (big.state, big.level) == ("waiting", "province_manager")
    assert waiting(actor_of(cast["reg_a"]), now) == []
    services.decide(approval=big, verdict="approve", comment="", actor=actor_of(cast["prov_zj"]), now=now)
    verdicts = list(big.decisions.order_by("pk").values_list("verdict", flat=True))
    assert verdicts == ["endorse", "approve"]
    assert len(kinds) == 2


def test_two_steps_one_after_the_other(kinds, network, cast, actor_of, now) -> None:
    row = ask(network, actor_of(cast["d1_fin"]), now, flow="test.two")
    assert row.level == "account_manager"
    services.decide(approval=row, verdict="approve", comment="", actor=actor_of(cast["am_1"]), now=now)
    row.refresh_from_db()
    assert (row.state, row.level, kinds) == ("waiting", "region_manager", [])
    services.decide(approval=row, verdict="approve", comment="", actor=actor_of(cast["reg_a"]), now=now)
    assert [each[0] for each in kinds] == ["approved"]


def test_what_the_maker_asks_about_a_dealer_the_dealer_does_not_see(
    kinds, network, cast, actor_of, now
) -> None:
    inside = ask(network, actor_of(cast["am_1"]), now)
    outside = ask(network, actor_of(cast["d1_fin"]), now, flow="test.two")
    seen = set(queries.approvals(actor=actor_of(cast["d1_gm"])).values_list("pk", flat=True))
    assert seen == {outside.pk}
    assert set(queries.approvals(actor=actor_of(cast["am_1"])).values_list("pk", flat=True)) == {
        inside.pk,
        outside.pk,
    }
    assert not queries.approvals(actor=actor_of(cast["d2_gm"])).exists()


def test_what_waits_for_a_post_nobody_holds_is_passed_on_above(kinds, network, cast, actor_of, now) -> None:
    row = ask(network, actor_of(cast["d1_fin"]), now)
    assert services.follow_posts(now=now) == 0
    Assignment.objects.filter(user=cast["reg_a"]).update(valid_to=date(2026, 7, 11))
    assert services.follow_posts(now=now) == 1
    assert services.follow_posts(now=now) == 0
    row.refresh_from_db()
    assert row.level == "province_manager"
    assert waiting(actor_of(cast["prov_zj"]), now) == [(row.pk, "")]
    assert Todo.objects.get(key=f"work.approval:{row.pk}").role == "province_manager"
    assert Notice.objects.filter(user=cast["prov_zj"], code="work.approval_waiting").count() == 1


def test_who_decides_and_who_stands_in_are_reminded_once_a_working_day(
    kinds, network, cast, actor_of, now
) -> None:
    """Asked on Sunday 12 July 2026, due on Tuesday at 18:00; nothing is said on the weekend after."""
    row = ask(network, actor_of(cast["d1_fin"]), now)
    assert row.due_at == datetime(2026, 7, 14, 18, tzinfo=SHANGHAI)
    assert services.remind_overdue(now=datetime(2026, 7, 14, 9, tzinfo=SHANGHAI)) == 0
    wednesday = datetime(2026, 7, 15, 6, 10, tzinfo=SHANGHAI)
    away(cast["reg_a"], cast["am_1"], wednesday)
    assert services.remind_overdue(now=wednesday) == 2
    assert services.remind_overdue(now=wednesday) == 0
    told = Notice.objects.filter(code="work.approval_overdue")
    assert sorted(told.values_list("user__username", flat=True)) == ["am_1", "reg_a"]
    assert services.remind_overdue(now=datetime(2026, 7, 18, 6, 10, tzinfo=SHANGHAI)) == 0
    assert services.remind_overdue(now=datetime(2026, 7, 20, 6, 10, tzinfo=SHANGHAI)) == 1
