"""Duties: made from rules for every owner, done, returned, waived, asked about when late."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Count

from apps.accounts.models import Assignment, Delegation
from apps.core import access
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.kernel.workdays import Shift
from apps.reports import people, registry
from apps.reports.models import Duty, DutyAsk, DutyRule
from apps.reports.services import counting, duties, events, generating, ladder, reminding
from apps.work import calendar
from apps.work.models import Activity, Notice
from tests.factories import network as factory

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
JULY = Month(2026, 7)
SYSTEM = access.system("test")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def rule(code: str = "T-01", **values) -> DutyRule:
    given = {
        "code": code,
        "version": 1,
        "effective_from": date(2024, 1, 1),
        "name_zh": "测试义务",
        "name_en": "Test duty",
        "owner": "dealer",
        "role": "dealer_finance",
        "rule_text": "MONTHLY(1,lag=10)",
        "deadline": time(18),
    } | values
    row = DutyRule(**given)
    row.full_clean(exclude=["structure"])
    row.save()
    return row


@pytest.fixture
def bare(network):
    """The network without the shipped rules."""
    DutyRule.objects.all().delete()
    return network


def test_the_shipped_rules_and_calendar_are_there(network) -> None:
    assert DutyRule.objects.count() == 140
    working = calendar.load()
    assert working.years == {2024, 2025, 2026}
    assert (len(working.off), len(working.work)) == (89, 19)
    for row in DutyRule.objects.all():
        row.structure = None
        row.full_clean(exclude=["structure"])


def test_statements_of_june_are_due_in_july_for_every_open_dealer(bare, cast) -> None:
    rule(forms=["finance.statement"])
    Dealer.objects.filter(code="D004").update(status="closed", closed_on=date(2026, 5, 1))
    Dealer.objects.filter(code="D005").update(opened_on=date(2026, 6, 15))
    assert generating.generate(month=JULY, now=at("07-01 00:20")) == 3
    assert generating.generate(month=JULY, now=at("07-01 00:20")) == 0
    row = Duty.objects.get(dealer=bare.d1)
    assert (row.since, row.until, row.due_at) == (date(2026, 6, 1), date(2026, 6, 30), at("07-10 18:00"))
    assert (row.role, row.form, row.state, row.unit_id) == (
        "dealer_finance",
        "finance.statement",
        "open",
        None,
    )
    assert set(Duty.objects.values_list("dealer__code", flat=True)) == {"D001", "D002", "D003"}


def test_field_duties_belong_to_units_where_somebody_holds_the_role(bare, cast) -> None:
    rule(owner="unit", role="account_manager", rule_text="逢2前", deadline=time(23, 59))
    assert generating.generate(month=JULY, now=at("07-01 00:20")) == 3
    assert set(Duty.objects.values_list("unit__code", "due_on")) == {
        ("ZJ1", date(2026, 7, day)) for day in (2, 12, 22)
    }
    factory.persona("am_2", Role.ACCOUNT_MANAGER, unit=bare.area_2)
    assert generating.generate(month=JULY, now=at("07-01 00:20")) == 3


def test_the_oracle_holds_through_the_data_base(network, cast) -> None:
    """February 2025: 75 dates of the 49 dated rules, for one holder of each role."""
    for role in (
        Role.ACCOUNT_MANAGER_2,
        Role.MARKET_CAPTAIN,
        Role.OFFICE_ASSISTANT,
        Role.KEY_ACCOUNT_MANAGER,
        Role.KEY_ACCOUNT_CLERK,
    ):
        factory.persona(f"p_{role}", role, unit=network.province_zj)
    generating.generate(month=Month(2025, 2), now=at("01-01 00:00"))
    dated = ["MONTHDAY", "XUN"]
    kinds = {row.pk: row.structure["parts"][0]["kind"] for row in DutyRule.objects.all()}
    counted = sum(kinds[row.rule_id] in ("month_day", "xun") for row in Duty.objects.all())
    assert (dated, counted) == (["MONTHDAY", "XUN"], 75)


def test_deadlines_in_the_spring_festival_move_as_configured(bare, cast) -> None:
    before = rule("T-02", rule_text="每月18日, 遇假日提前")
    after = rule("T-03", rule_text="每月18日, 遇假日顺延")
    rule("T-04", rule_text="每月18日")
    assert (before.shift, after.shift) == (Shift.PREVIOUS, Shift.NEXT)
    generating.generate(month=Month(2026, 2), now=at("01-01 00:00"))
    found = dict(Duty.objects.filter(dealer=bare.d1).values_list("code", "due_on"))
    assert found == {"T-02": date(2026, 2, 14), "T-03": date(2026, 2, 24), "T-04": date(2026, 2, 18)}


def test_a_version_holds_from_its_day(bare, cast) -> None:
    old = rule(rule_text="逢5")
    generating.generate(month=JULY, now=at("07-01 00:20"))
    touched = Duty.objects.get(dealer=bare.d1, due_on=date(2026, 7, 25))
    duties.start(duty=touched, actor=SYSTEM, now=at("07-01 09:00"))
    new = rule(version=2, effective_from=date(2026, 7, 11), rule_text="逢6")
    generating.generate(month=JULY, now=at("07-02 00:20"))
    rows = Duty.objects.filter(dealer=bare.d1).order_by("due_on").values_list("due_on", "rule")
    assert list(rows) == [
        (date(2026, 7, 5), old.pk),
        (date(2026, 7, 16), new.pk),
        (date(2026, 7, 25), old.pk),  # somebody is at it already
        (date(2026, 7, 26), new.pk),
    ]
    rule(version=3, effective_from=date(2026, 7, 20), rule_text="逢6", active=False)
    generating.generate(month=JULY, now=at("07-02 00:20"))
    assert not Duty.objects.filter(dealer=bare.d2, due_on__gte=date(2026, 7, 20)).exists()
    with pytest.raises(Exception, match="新建版本"):
        old.full_clean()


def test_exempt_dealers_owe_nothing(bare, cast) -> None:
    rule(exempt=["D002"])
    assert generating.generate(month=JULY, now=at("07-01 00:20")) == 4
    assert not Duty.objects.filter(dealer=bare.d2).exists()


def test_a_report_fulfils_is_returned_and_fulfils_again(bare, d1_fin, actor_of) -> None:
    rule(forms=["finance.statement"])
    generating.generate(month=JULY, now=at("07-01 00:20"))
    actor = actor_of(d1_fin)
    june = {"form": "finance.statement", "period": date(2026, 6, 1), "dealer_id": bare.d1.pk}
    proof = ("reports.submission", 7)
    assert duties.fulfil(**june, at=at("07-09 17:58"), actor=actor, proof=proof) == 1
    assert duties.fulfil(**june, at=at("07-09 17:59"), actor=actor, proof=proof) == 0
    row = duties.due_of(**june)
    assert (row.state, row.done_at, row.done_by) == ("done", at("07-09 17:58"), "d1_fin")
    assert row.standing_at(at("07-12 10:00")) == "done"
    moved = calendar.load().add_workdays(date(2026, 7, 10), 2)
    due = datetime.combine(moved, time(18), ZONE)
    assert duties.reopen(**june, new_due_at=due, actor=SYSTEM, now=at("07-09 18:10")) == 1
    row.refresh_from_db()
    assert (row.state, row.due_at, row.done_at) == ("returned", at("07-14 18:00"), None)
    assert row.standing_at(at("07-14 17:00")) == "returned"
    assert row.standing_at(at("07-14 18:01")) == "overdue"
    assert duties.fulfil(**june, at=at("07-15 09:00"), actor=actor, proof=proof) == 1
    row.refresh_from_db()
    assert row.standing_at(at("07-16 09:00")) == "late"
    assert AuditEvent.objects.filter(object_type="reports.duty").count() == 3
    assert (
        duties.fulfil(**june | {"period": date(2026, 1, 1)}, at=at("07-15 09:00"), actor=actor, proof=proof)
        == 0
    )


def test_done_by_hand_only_where_nothing_else_shows_it(bare, d1_fin, actor_of, now) -> None:
    rule("T-05", rule_text="每月5日")
    rule("T-06", rule_text="每月5日", forms=["finance.statement"])
    rule("T-07", rule_text="每月不少于3次", proof="work.visits")
    generating.generate(month=JULY, now=at("07-01 00:20"))
    rows = {row.code: row for row in Duty.objects.filter(dealer=bare.d1)}
    actor = actor_of(d1_fin)
    duties.do(duty=rows["T-05"], note="已办", actor=actor, now=now)
    for code, said in (("T-05", "not_waiting"), ("T-06", "by_form"), ("T-07", "by_count")):
        with pytest.raises(DomainError) as caught:
            duties.do(duty=rows[code], note="", actor=actor, now=now)
        assert caught.value.code == said
    assert dict(Duty.objects.filter(dealer=bare.d1).values_list("code", "state")) == {
        "T-05": "done",
        "T-06": "open",
        "T-07": "open",
    }
    assert Duty.objects.get(pk=rows["T-07"].pk).needed == 3


def test_a_waived_duty_is_not_overdue_and_needs_a_reason(bare, hq_ops, actor_of) -> None:
    rule()
    generating.generate(month=JULY, now=at("07-01 00:20"))
    row = Duty.objects.get(dealer=bare.d1)
    with pytest.raises(DomainError):
        duties.waive(duty=row, reason="  ", actor=actor_of(hq_ops), now=at("07-10 09:00"))
    row.refresh_from_db()
    assert row.state == "open"
    duties.waive(duty=row, reason="停业装修", actor=actor_of(hq_ops), now=at("07-10 09:00"))
    row.refresh_from_db()
    assert row.standing_at(at("07-30 09:00")) == "waived"
    assert row.pk not in {ask.duty_id for ask in ladder.escalate(now=at("07-11 09:00"))}
    with pytest.raises(DomainError):
        duties.waive(duty=row, reason="再次", actor=actor_of(hq_ops), now=at("07-11 09:00"))


def test_grace_moves_the_moment_of_being_late_but_not_the_deadline(bare, cast) -> None:
    rule(grace_days=2)
    generating.generate(month=JULY, now=at("07-01 00:20"))
    row = Duty.objects.get(dealer=bare.d1)
    assert (row.due_at, row.grace_at) == (at("07-10 18:00"), at("07-12 18:00"))
    assert row.standing_at(at("07-12 17:59")) == "todo"
    assert row.standing_at(at("07-12 18:01")) == "overdue"


def test_the_ladder_of_s2_11(bare, cast) -> None:
    """D002 hands nothing in: the account manager, then the province; the region's stand-in was asked."""
    rule()
    generating.generate(month=JULY, now=at("07-01 00:20"))
    Duty.objects.exclude(dealer=bare.d2).delete()
    Delegation.objects.create(
        delegator=cast["reg_a"],
        delegate=cast["am_1"],
        roles=["region_manager"],
        valid_from=date(2026, 7, 10),
        valid_to=date(2026, 7, 15),
        created_at=at("07-09 09:00"),
    )
    assert ladder.escalate(now=at("07-10 19:00")) == []
    first = ladder.escalate(now=at("07-11 09:00"))
    assert [(ask.user_id, ask.role) for ask in first] == [(cast["am_1"].pk, "account_manager")]
    assert ladder.escalate(now=at("07-11 18:00")) == []
    second = ladder.escalate(now=at("07-12 09:00"))
    assert [(ask.role, ask.user_id, ask.instead_of_id, ask.skipped) for ask in second] == [
        ("region_manager", None, cast["reg_a"].pk, "asked"),
        ("province_manager", cast["prov_zj"].pk, None, ""),
    ]
    assert ladder.escalate(now=at("07-13 09:00")) == []
    assert DutyAsk.objects.count() == 3


def test_the_ladder_asks_the_stand_in_who_was_not_asked_and_skips_vacant_rungs(bare, cast) -> None:
    rule()
    generating.generate(month=JULY, now=at("07-01 00:20"))
    Duty.objects.exclude(dealer=bare.d2).delete()
    Assignment.objects.filter(user=cast["am_1"]).update(valid_to=date(2026, 7, 1))
    mate = factory.persona("reg_mate", Role.OFFICE_ASSISTANT, unit=bare.region_a)
    Delegation.objects.create(
        delegator=cast["reg_a"],
        delegate=mate,
        roles=["region_manager"],
        valid_from=date(2026, 7, 10),
        valid_to=date(2026, 7, 15),
        created_at=at("07-09 09:00"),
    )
    told = ladder.escalate(now=at("07-11 09:00"))
    assert [(ask.role, ask.user_id, ask.instead_of_id, ask.skipped) for ask in told] == [
        ("account_manager", None, None, "vacant"),
        ("region_manager", mate.pk, cast["reg_a"].pk, ""),
    ]


def test_a_change_of_manager_in_mid_month_moves_the_duty(bare, cast) -> None:
    rule(owner="unit", role="account_manager", rule_text="每月24日")
    generating.generate(month=JULY, now=at("07-01 00:20"))
    row = Duty.objects.get()
    Assignment.objects.filter(user=cast["am_1"]).update(valid_to=date(2026, 7, 14))
    new = factory.persona("am_new", Role.ACCOUNT_MANAGER, unit=bare.area_1)
    Assignment.objects.filter(user=new).update(valid_from=date(2026, 7, 15))
    for day, name in ((14, "am_1"), (15, "am_new")):
        found = people.people_of([row], on=date(2026, 7, day)).of(row)
        assert [str(each) for each in found] == [name]
    Delegation.objects.create(
        delegator=new,
        delegate=cast["prov_zj"],
        roles=["account_manager"],
        valid_from=date(2026, 7, 20),
        valid_to=date(2026, 7, 25),
        created_at=at("07-19 09:00"),
    )
    found = people.people_of([row], on=date(2026, 7, 24)).of(row)
    assert [(str(each.user), str(each.stand_in)) for each in found] == [("am_new", "prov_zj")]


def test_every_dealer_gets_every_dealer_rule_once(network, cast) -> None:
    generating.generate(month=JULY, now=at("07-01 00:20"))
    counts = Duty.objects.filter(dealer__isnull=False).values("dealer").annotate(n=Count("pk"))
    assert {row["n"] for row in counts} == {Duty.objects.filter(dealer=network.d1).count()}
    last = Duty.objects.filter(dealer=network.d1, code="GS-12")
    assert [(row.part, row.due_at) for row in last.order_by("due_at")] == [
        (0, at("07-10 18:00")),
        (1, at("07-20 18:00")),
    ]
    assert Duty.objects.filter(due_on__gt=JULY.last + timedelta(7)).count() == 0


def done_activity(person, unit, on: date, kind: str = "visit", **about) -> Activity:
    moment = datetime.combine(on, time(15), ZONE)
    given = {"kind": kind, "person": person, "unit": unit, "planned_on": on, "occurred_on": on}
    given |= {"state": "done", "done_at": moment, "created_at": moment, "subject": "dealer"}
    return Activity.objects.create(**given | about)


def test_quotas_are_counted_from_records_of_who_holds_the_role(bare, cast) -> None:
    am, area = cast["am_1"], bare.area_1
    rule(
        "T-08",
        owner="unit",
        role="account_manager",
        rule_text="QUOTA(period=MONTH,min=2,target=3,distinct=经销商)",
        proof="work.visits",
    )
    each = "QUOTA(period=MONTH,min=2,scope=PER_SUBJECT[经销商])"
    rule("T-09", owner="unit", role="account_manager", rule_text=each, proof="work.contacts_and_visits")
    rule("T-10", owner="unit", role="account_manager", rule_text="PER_XUN(1)", proof="work.bulletins")
    generating.generate(month=JULY, now=at("07-01 00:20"))
    done_activity(am, area, date(2026, 7, 2), dealer=bare.d1)
    done_activity(am, area, date(2026, 7, 3), dealer=bare.d1)
    done_activity(am, area, date(2026, 7, 3), dealer=bare.d2, state="planned", done_at=None)
    done_activity(cast["reg_a"], bare.region_a, date(2026, 7, 3), dealer=bare.d2)
    done_activity(am, area, date(2026, 7, 4), kind="bulletin", subject="none")

    def told() -> dict[str, tuple[int, int, str]]:
        rows = Duty.objects.filter(unit=area, due_on__lte=date(2026, 7, 31)).order_by("-due_on")
        return {row.code: (row.counted, row.needed, row.state) for row in rows}

    assert counting.count(now=at("07-05 10:00")) == 3
    assert told() == {"T-08": (1, 2, "open"), "T-09": (1, 2, "open"), "T-10": (1, 1, "done")}
    first = Duty.objects.get(code="T-10", due_on=date(2026, 7, 10))
    assert first.done_at == at("07-04 15:00")
    last = done_activity(am, area, date(2026, 7, 6), dealer=bare.d2)
    done_activity(am, area, date(2026, 7, 7), kind="contact", dealer=bare.d2)
    counting.count(now=at("07-08 10:00"))
    assert (told()["T-08"], told()["T-09"]) == ((2, 2, "done"), (2, 2, "done"))
    assert counting.count(now=at("07-08 11:00")) == 0
    last.delete()
    counting.count(now=at("07-08 12:00"))
    assert (told()["T-08"], told()["T-09"]) == ((1, 2, "open"), (1, 2, "open"))


def test_owners_are_reminded_once_a_day_and_stand_ins_instead_of_who_is_away(bare, cast) -> None:
    rule(owner="unit", role="account_manager", rule_text="每月24日", reminder_days=[3, 1])
    rule("T-11", owner="unit", role="account_manager", rule_text="每天")
    generating.generate(month=JULY, now=at("07-01 00:20"))
    assert reminding.remind(now=at("07-20 07:45")) == 0
    assert reminding.remind(now=at("07-21 07:45")) == 1
    assert reminding.remind(now=at("07-21 11:00")) == 0
    notice = Notice.objects.get()
    assert (notice.user, notice.code) == (cast["am_1"], "reports.duty_due")
    assert notice.params == {"duty": "测试义务", "place": "浙北片区", "due": "2026-07-24 18:00"}
    Delegation.objects.create(
        delegator=cast["am_1"],
        delegate=cast["reg_a"],
        roles=["account_manager"],
        valid_from=date(2026, 7, 22),
        valid_to=date(2026, 7, 30),
        created_at=at("07-21 09:00"),
    )
    assert reminding.remind(now=at("07-23 07:45")) == 1
    assert Notice.objects.latest("pk").user == cast["reg_a"]


def test_who_is_asked_is_told_once(bare, cast) -> None:
    rule()
    generating.generate(month=JULY, now=at("07-01 00:20"))
    Duty.objects.exclude(dealer=bare.d2).delete()
    asked = ladder.escalate(now=at("07-11 09:00"))
    assert reminding.tell_asked(asks=asked, now=at("07-11 09:00")) == 1
    assert reminding.tell_asked(asks=asked, now=at("07-11 09:01")) == 0
    notice = Notice.objects.get()
    assert (notice.user, notice.dealer_id, notice.params["days"]) == (cast["am_1"], bare.d2.pk, 1)


def test_four_working_hours_after_a_serious_problem_and_then_the_general_office(network, cast) -> None:
    friday = at("07-10 16:00")
    given = {"trigger": "重大质量问题", "dealer": network.d2, "note": "制动异常", "actor": SYSTEM}
    (row,) = events.happen(**given, at=friday, now=friday)
    assert (row.code, row.unit_id, row.due_at) == ("A1-11", network.area_1.pk, at("07-13 11:00"))
    assert events.pass_on(now=at("07-13 11:30")) == []
    assert events.pass_on(now=at("07-13 15:59")) == []
    (passed,) = events.pass_on(now=at("07-13 16:00"))
    assert (passed.code, passed.unit_id, passed.note) == ("A1-12", network.area_1.pk, "制动异常")
    assert events.pass_on(now=at("07-13 18:00")) == []
    again = events.happen(**given, at=friday, now=friday)[0]
    assert (again.slot, again.pk != row.pk) == (1, True)
    duties.do(duty=again, note="已上报", actor=SYSTEM, now=friday)
    assert events.pass_on(now=at("07-14 18:00")) == []


def test_what_no_rule_waits_for_makes_no_duty(network, cast) -> None:
    rain = {"trigger": "下雨", "dealer": network.d2, "note": "", "actor": SYSTEM}
    with pytest.raises(DomainError) as caught:
        events.happen(**rain, at=at("07-10 16:00"), now=at("07-10 16:00"))
    assert (caught.value.code, Duty.objects.count()) == ("nobody", 0)
    assert "重大质量问题" in events.triggers(on=date(2026, 7, 10))


def test_shipped_rules_name_forms_that_exist_and_are_for_their_role(network) -> None:
    """A duty that a report must fulfil can be fulfilled: the form is there, for the role and the period."""
    known = registry.forms()
    named = 0
    for row in DutyRule.objects.exclude(forms=[]):
        for form in (known[code] for code in row.forms if not code.startswith("finance.")):
            named += 1
            assert row.role in form.roles, (row.code, form.code)
            assert (form.owner == "dealer") == (row.owner == "dealer"), (row.code, form.code)
    assert named == 24


def test_a_form_says_which_period_its_report_is_about(bare, cast) -> None:
    """On 24 July of July, on 15 July of August (a plan), on 8 July of June."""
    for code, text, form in (
        ("T-20", "每月24日", "reports.work"),
        ("T-21", "每月15日", "reports.promotion"),
        ("T-22", "MONTHDAY(8,relation=BEFORE)", "reports.bonus"),
        ("T-23", "MONTHLY(1)", "reports.effect"),
    ):
        rule(code, owner="unit", role="account_manager", rule_text=text, forms=[form])
    rule("T-24", rule_text="MONTHLY(1,lag=10)", forms=["finance.statement"])
    rule("T-25", rule_text="逢10", role="dealer_sales", forms=["reports.ten_day"])
    generating.generate(month=JULY, now=at("07-01 00:20"))
    rows = Duty.objects.filter(unit=bare.area_1) | Duty.objects.filter(dealer=bare.d1)
    told = [
        (row.code, f"{row.due_on:%m-%d}", f"{row.since:%m-%d}", f"{row.until:%m-%d}")
        for row in rows.order_by("code", "due_on")
    ]
    assert told == [
        ("T-20", "07-24", "07-01", "07-31"),
        ("T-21", "07-15", "08-01", "08-31"),
        ("T-22", "07-08", "06-01", "06-30"),
        ("T-23", "07-31", "07-01", "07-31"),
        ("T-24", "07-10", "06-01", "06-30"),
        ("T-25", "07-10", "07-01", "07-10"),
        ("T-25", "07-20", "07-11", "07-20"),
        ("T-25", "07-30", "07-21", "07-31"),
    ]
    plan = {"form": "reports.promotion", "period": date(2026, 8, 1), "unit_id": bare.area_1.pk}
    assert duties.due_of(**plan).code == "T-21"


def test_a_report_of_one_role_does_not_fulfil_the_duty_of_another_at_the_same_unit(
    bare, cast, actor_of
) -> None:
    mate = factory.persona("am2", Role.ACCOUNT_MANAGER_2, unit=bare.area_1)
    for code, role in (("T-12", "account_manager"), ("T-13", "account_manager_2")):
        rule(code, owner="unit", role=role, rule_text="每月24日", forms=["reports.work"])
    generating.generate(month=JULY, now=at("07-01 00:20"))
    july = {"form": "reports.work", "period": JULY.first, "unit_id": bare.area_1.pk}
    first, second = ("reports.submission", 1), ("reports.submission", 2)
    assert duties.fulfil(**july, at=at("07-20 10:00"), actor=actor_of(cast["am_1"]), proof=first) == 1
    assert dict(Duty.objects.values_list("code", "state")) == {"T-12": "done", "T-13": "open"}
    assert duties.fulfil(**july, at=at("07-21 10:00"), actor=actor_of(mate), proof=second) == 1
    due = at("07-28 18:00")
    reviewer = actor_of(cast["reg_a"])
    assert duties.reopen(**july, proof=second, new_due_at=due, actor=reviewer, now=at("07-22 10:00")) == 1
    assert dict(Duty.objects.values_list("code", "state")) == {"T-12": "done", "T-13": "returned"}
