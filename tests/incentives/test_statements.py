"""From calculation to claw-back: the settlement story by its services, to the fen."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts import queries as accounts
from apps.core.errors import DomainError
from apps.core.models import Job
from apps.core.roles import Role
from apps.incentives import services
from apps.incentives.models import Accrual, AccrualLine, DisputeItem, SettlementRun, Statement, StatementLine
from apps.incentives.rules.settling import RunKind
from apps.incentives.services.disputing import Claim, Disputed
from apps.incentives.services.stating import content_hash
from apps.kernel.period import Month
from apps.ledger.models import Account
from apps.risk import services as risk
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from apps.work import services as work
from apps.work.models import Approval, Notice
from tests.factories import network as factory
from tests.factories.facts import close
from tests.incentives import story
from tests.work.withdrawing import asked_and_taken_back

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"

ADDED = (
    "INSERT INTO incentives_statementline (statement_id, dealer_id, status) "
    "SELECT id, dealer_id, 'included' FROM incentives_statement"
)


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def told(network, d1_gm, monkeypatch):
    """The published policy, June's cars, the signed target, and who acts."""
    made = story.policy()
    story.sell_june(network.d1, at(7, 1, 8))
    story.target(network.d1)
    people = story.people(network) | {"gm": d1_gm}
    people["audit"] = factory.persona("hq_aud", Role.HQ_AUDIT, unit=network.hq)
    actors = {name: accounts.actor_for(user, on=date(2026, 7, 1)) for name, user in people.items()}
    return made.policy, actors


def run(policy, actor, now, kind=RunKind.FINAL):
    return services.calculate(policy=policy, window=story.JUNE, kind=kind, actor=actor, now=now)


def publish(made, actors, now):
    made.refresh_from_db()
    if made.state == "calculated":
        services.ask_release(run=made, actor=actors["policy"], now=now)
    asked = Approval.objects.get(flow="incentives.release", target_id=made.pk, state="waiting")
    work.decide(approval=asked, verdict="approve", comment="", actor=actors["fin"], now=now)


def statement(dealer, number):
    return Statement.objects.get(dealer=dealer, number=number)


def test_the_story_to_the_fen(told, network) -> None:
    policy, actors = told
    run(policy, actors["policy"], at(7, 1), RunKind.INTERIM)
    interim = statement(network.d1, 1)
    assert (interim.state, interim.amount, interim.included) == ("interim", D("98000.00"), 98)
    assert (interim.curable, interim.curable_amount) == (2, D("52000.00"))
    close(Month(2026, 6), at(7, 5), freeze=True)
    assert _held(network.d1) == {"accrual": D("98000.00")}

    made = run(policy, actors["policy"], at(7, 10))
    with pytest.raises(DomainError):
        work.decide(
            approval=_asked(made, actors),
            verdict="approve",
            comment="",
            actor=actors["policy"],
            now=at(7, 10),
        )
    first = _first_published(made, actors, network)
    out = StatementLine.objects.filter(statement=first, status="excluded").order_by("vin")
    frozen = (first.sha256, _bytes(first))
    assert _held(network.d1) == {"accrual": D("98000.00")}  # replaced by the same

    services.confirm(statement=first, actor=actors["gm"], now=at(7, 10, 15))
    _dispute(first, list(out), actors, at(7, 11))
    first.refresh_from_db()
    assert (first.state, first.confirmed_at) == ("disputed", at(7, 10, 15))
    _decide(actors)

    second_run = run(policy, actors["policy"], at(7, 20))
    publish(second_run, actors, at(7, 20))
    second = statement(network.d1, 2)
    assert (second.amount, second.settled_before, second.delta) == (
        D("150000.00"),
        D("98000.00"),
        D("52000.00"),
    )
    assert second.origin == first
    assert _held(network.d1) == {"accrual": D("150000.00")}
    again = run(policy, actors["policy"], at(7, 21))
    assert again.statements_count == 0

    _pay_and_take_back(policy, actors, network, first, second)
    _false_retail(policy, actors, network)
    first.refresh_from_db()
    assert (first.sha256, _bytes(first)) == frozen
    assert content_hash(first, first.lines.all()) == first.sha256


def _held(dealer) -> dict[str, D]:
    """What the maker owes the dealer by the ledger, without what is paid."""
    rows = Account.objects.filter(dealer=dealer, kind__in=("accrual", "payable")).exclude(balance=0)
    return dict(rows.values_list("kind", "balance"))


def _pay_and_take_back(policy, actors, network, first, second) -> None:
    services.make_payable(statements=[first.pk, second.pk], actor=actors["fin"], now=at(8, 1))
    services.confirm(statement=second, actor=actors["gm"], now=at(8, 1))
    assert _held(network.d1) == {"accrual": D("52000.00"), "payable": D("98000.00")}
    services.make_payable(statements=[second.pk], actor=actors["fin"], now=at(8, 1))
    assert _held(network.d1) == {"payable": D("150000.00")}
    batch = services.build_batch(form="wallet", minimum_amount=D(0), actor=actors["fin"], now=at(8, 5))
    assert (batch.amount, batch.payments_count) == (D("150000.00"), 1)
    services.submit_batch(batch=batch, actor=actors["fin"], now=at(8, 5))
    asked = Approval.objects.get(flow="incentives.payments", target_id=batch.pk)
    with pytest.raises(DomainError):
        work.decide(approval=asked, verdict="approve", comment="", actor=actors["fin"], now=at(8, 5))
    work.decide(approval=asked, verdict="approve", comment="", actor=actors["fin_2"], now=at(8, 5))
    first.refresh_from_db()
    assert (first.state, (first.paid_on - first.clock_from).days) == ("paid", 26)
    assert Account.objects.get(dealer=network.d1, kind="rebate_wallet").balance == D("150000.00")

    car = RetailDelivery.objects.get(vin=story.vin(story.RETURNED))
    sales.record_return(
        delivery=car, returned_on=date(2026, 8, 18), note="退车", actor=story.SYSTEM, now=at(8, 18)
    )
    assert services.look_back(now=at(8, 19)) == 1  # June only, and only what was settled
    job = Job.objects.filter(code="incentives.calculate").latest("created_at")
    (made,) = services.run_calculation(args=job.args, now=at(8, 20))
    assert services.look_back(now=at(8, 20)) == 0
    publish(made, actors, at(8, 20))
    third = statement(network.d1, 3)
    assert (third.amount, third.delta) == (D("99000.00"), D("-51000.00"))
    assert _held(network.d1)["accrual"] == D("-51000.00")
    back = StatementLine.objects.get(statement=third, delivery=car)
    assert (back.code, back.before, back.change) == ("R08", D("1500.00"), D("-1500.00"))
    posted = [row.period for row in (first, second, third)]  # June is closed: never into it
    assert posted == [date(2026, 7, 1), date(2026, 7, 1), date(2026, 8, 1)]
    assert back.origin.statement == second
    deltas = Statement.objects.filter(dealer=network.d1).values_list("delta", flat=True)
    assert sum(deltas) == third.amount == D("99000.00")


def _false_retail(policy, actors, network) -> None:
    """Two people find that a paid car was never sold: it is taken back to the fen, and says why."""
    car = RetailDelivery.objects.get(vin=story.vin(50), quantity=1)
    finding = risk.Finding("false_retail", "同一手机号登记了三台车")
    risk.propose_decision(delivery=car, finding=finding, actor=actors["policy"], now=at(8, 21))
    assert services.look_back(now=at(8, 21, 12)) == 0  # one person is not enough
    asked = Approval.objects.get(flow="risk.retail_decision")
    work.decide(approval=asked, verdict="approve", comment="属实", actor=actors["audit"], now=at(8, 22))
    assert services.look_back(now=at(8, 23)) == 1
    publish(run(policy, actors["policy"], at(8, 24)), actors, at(8, 24))
    fourth = statement(network.d1, 4)
    assert (fourth.amount, fourth.settled_before, fourth.delta) == (
        D("98000.00"),
        D("99000.00"),
        D("-1000.00"),
    )
    taken = StatementLine.objects.get(statement=fourth, delivery=car)
    assert (taken.status, taken.code, taken.amount, taken.before, taken.change) == (
        "excluded",
        "R11",
        D("0.00"),
        D("1000.00"),
        D("-1000.00"),
    )
    assert taken.origin.statement.number == 3
    assert _held(network.d1)["accrual"] == D("-52000.00")  # the car taken back in August and this one
    _nobody_alone_overrules_two(fourth, taken, car, actors)


def _nobody_alone_overrules_two(fourth, taken, car, actors) -> None:
    """A dispute about a sale found false is granted when two people cleared it, not before."""
    paper = Disputed(taken.pk, "invoice", "", date(2026, 8, 20), "发票.pdf", PDF)
    claim = Claim("missing_car", D("99000"), "", [paper])
    made = services.open_dispute(statement=fourth, claim=claim, actor=actors["gm"], now=at(8, 25))
    given = {"item": made.items.get(), "granted": True, "reason": "", "actor": actors["policy"]}
    with pytest.raises(DomainError) as refused:
        services.answer(**given, now=at(8, 26))
    assert (refused.value.code, made.items.get().state) == ("decided_by_two", "submitted")
    cleared = risk.Finding("cleared", "客户已到店确认")
    row = risk.propose_decision(delivery=car, finding=cleared, actor=actors["policy"], now=at(8, 26))
    asked = Approval.objects.get(flow="risk.retail_decision", target_id=row.pk)
    work.decide(approval=asked, verdict="approve", comment="", actor=actors["audit"], now=at(8, 27))
    assert services.answer(**given, now=at(8, 28)).state == "accepted"


def _first_published(made, actors, network):
    publish(made, actors, at(7, 10))
    first = statement(network.d1, 1)
    assert (first.state, first.delta, first.included, first.excluded) == (
        "published",
        D("98000.00"),
        98,
        2,
    )
    assert (first.promised_on, first.dispute_until) == (date(2026, 8, 9), date(2026, 7, 17))
    out = StatementLine.objects.filter(statement=first, status="excluded").order_by("vin")
    assert [(line.vin[-3:], line.code) for line in out] == [("017", "R03"), ("044", "R07")]
    assert Notice.objects.filter(code="incentives.statement_published").count() >= 1
    return first


def _asked(made, actors):
    def ask() -> None:
        services.ask_release(run=made, actor=actors["policy"], now=at(7, 10))

    assert asked_and_taken_back("incentives.release", ask, watched=("incentives", "ledger")) == set()
    ask()
    asked = Approval.objects.get(flow="incentives.release", target_id=made.pk, state="waiting")
    work.decide(approval=asked, verdict="return", comment="复核", actor=actors["fin"], now=at(7, 10))
    services.ask_release(run=SettlementRun.objects.get(pk=made.pk), actor=actors["policy"], now=at(7, 10))
    return Approval.objects.get(flow="incentives.release", target_id=made.pk, state="waiting")


def _decide_release(asked, actor) -> None:
    work.decide(approval=asked, verdict="approve", comment="", actor=actor, now=at(7, 10))


def _bytes(row) -> list:
    return list(StatementLine.objects.filter(statement=row).order_by("pk").values_list())


def _dispute(first, out, actors, now) -> None:
    def paper(line, kind, day):
        return Disputed(line.pk, kind, "", day, "证明.pdf", PDF)

    late, plate = out
    wrong = Claim("missing_car", D(150000), "", [paper(plate, "insurance", date(2026, 7, 5))])
    with pytest.raises(DomainError) as refused:
        services.open_dispute(statement=first, claim=wrong, actor=actors["gm"], now=now)
    assert refused.value.code == "wrong_document"
    items = [paper(late, "invoice", date(2026, 6, 20)), paper(plate, "registration", date(2026, 7, 5))]
    made = services.open_dispute(
        statement=first, claim=Claim("missing_car", D(150000), "两台车", items), actor=actors["gm"], now=now
    )
    assert (made.expected_amount, made.actual_amount) == (D(150000), D("98000.00"))
    assert {item.answer_due_at.date() for item in made.items.all()} == {date(2026, 7, 17)}


def _decide(actors) -> None:
    late, plate = DisputeItem.objects.order_by("vin")
    services.answer(item=plate, granted=True, reason="", actor=actors["policy"], now=at(7, 13))
    services.answer(item=late, granted=False, reason="发票日期为7月", actor=actors["policy"], now=at(7, 13))
    services.escalate(item=late, appeal="原发票有误，已红冲重开", actor=actors["gm"], now=at(7, 14))
    with pytest.raises(DomainError) as refused:
        services.answer(item=late, granted=True, reason="", actor=actors["policy"], now=at(7, 15))
    assert refused.value.code == "same_person"
    services.answer(item=late, granted=True, reason="", actor=actors["fin"], now=at(7, 15))
    late.refresh_from_db()
    assert late.state == "upheld"


def test_a_published_statement_never_changes(told, network) -> None:
    policy, actors = told
    publish(run(policy, actors["policy"], at(7, 10)), actors, at(7, 10))
    for sql in (
        "UPDATE incentives_statement SET delta = 1, settled_before = amount - 1",
        "DELETE FROM incentives_statementline",
        "UPDATE incentives_statementline SET amount = 1, change = 1 - before",
        ADDED,
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_unheard_statements_count_as_confirmed_after_the_window(told, network) -> None:
    policy, actors = told
    publish(run(policy, actors["policy"], at(7, 10)), actors, at(7, 10))
    assert services.deem_confirmed(now=at(7, 17)) == 0
    assert services.deem_confirmed(now=at(7, 18)) == Statement.objects.count()
    row = statement(network.d1, 1)
    assert row.state == "confirmed"
    line = StatementLine.objects.filter(statement=row, status="excluded").first()
    claim = Claim("missing_car", D(1), "", [Disputed(line.pk, line.cure, "", date(2026, 7, 1), "x.pdf", PDF)])
    with pytest.raises(DomainError) as refused:
        services.open_dispute(statement=row, claim=claim, actor=actors["gm"], now=at(7, 18))
    assert refused.value.code == "window_closed"


def test_a_policy_that_pays_nothing_still_tells_every_car(told, network) -> None:
    policy, actors = told
    story.target(network.d1, 1000)
    made = run(policy, actors["policy"], at(7, 10))
    row = statement(network.d1, 1)
    assert (row.amount, row.included, row.excluded) == (D("0.00"), 98, 2)
    assert made.included >= 98


@pytest.mark.django_db
def test_every_key_to_rows_that_a_new_run_replaces_has_an_index() -> None:
    """Without one, taking away a run reads the whole table for each row that goes."""
    replaced = [
        each._meta.db_table for each in (SettlementRun, Statement, StatementLine, Accrual, AccrualLine)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, EXISTS (SELECT 1 FROM pg_index"
            "   WHERE indrelid = conrelid AND indkey[0] = ANY(conkey)) FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid = ANY(%s::regclass[])",
            [replaced],
        )
        found = cursor.fetchall()
    assert len(found) >= 8 and [key for key in found if not key[2]] == []
