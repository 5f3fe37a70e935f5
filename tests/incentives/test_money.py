"""What a dealer may expect and when; disputes over the API with the same answer to every repeat."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.core.roles import Role
from apps.incentives import services
from apps.incentives.models import DisputeItem, Statement
from apps.incentives.queries import expectations, statements
from apps.incentives.rules import forecasting
from apps.incentives.rules.forecasting import Certainty, Expected, weeks
from apps.incentives.rules.paying import PaymentState
from apps.incentives.rules.settling import RunKind
from apps.ledger import queries as ledger
from apps.ledger.rules import AccountKind, Book
from apps.work import services as work
from apps.work.models import Approval
from tests.factories import network as factory
from tests.incentives import payable, story

NOW = datetime(2026, 7, 12, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def test_money_falls_into_the_week_of_its_promise_and_what_is_late_into_this_one() -> None:
    def row(amount, on, certainty=Certainty.PAYABLE):
        return Expected(certainty, D(amount), on)

    rows = [
        row("5", date(2026, 6, 1)),
        row("7", date(2026, 7, 19)),
        row("11", date(2026, 7, 20), Certainty.CURABLE),
        row("13", None),
        row("17", date(2027, 7, 20)),
    ]
    found = weeks(rows, today=date(2026, 7, 15), count=3)
    assert [week.first for week in found] == [date(2026, 7, 13), date(2026, 7, 20), date(2026, 7, 27)]
    assert [sum(week.amounts.values()) for week in found] == [D("12"), D("11"), D("0")]


def test_the_wallet_page_sums_to_the_ledger(network, d1_gm, d2_gm, client_of, actor_of) -> None:
    maker, checker = (
        actor_of(factory.persona(name, Role.HQ_FINANCE, unit=network.hq)) for name in ("fin", "fin_2")
    )
    owed = {network.d1: ["98000", "52000", "7000"], network.d2: ["100"]}
    keys = payable.confirmed(owed, NOW - timedelta(days=1))
    services.make_payable(statements=keys[:2], actor=maker, now=NOW)  # D001's first and D002's
    batch = services.build_batch(form="transfer", minimum_amount=D(0), actor=maker, now=NOW)
    services.submit_batch(batch=batch, actor=maker, now=NOW)
    work.decide(approval=Approval.objects.get(), verdict="approve", comment="", actor=checker, now=NOW)
    services.make_payable(statements=keys[2:3], actor=maker, now=NOW)

    actor = actor_of(d1_gm)
    rows = expectations.expected(actor=actor, dealer=network.d1, today=NOW.date())
    assert [(row.amount, row.on, row.certainty) for row in rows] == [
        (D("7000.00"), date(2026, 8, 9), Certainty.CONFIRMED),
        (D("98000.00"), date(2026, 8, 9), Certainty.PAYABLE),
        (D("52000.00"), date(2026, 8, 9), Certainty.PAYABLE),
    ]
    told = expectations.buckets(rows, actor=actor, dealer=network.d1)
    assert (told.sent, told.payable, told.confirmed, told.paid) == (D(98000), D(52000), D(7000), D(0))
    book = Book(dealer_id=network.d1.pk)
    assert told.sent + told.payable == ledger.balance(book=book, kind=AccountKind.PAYABLE)

    part = services.Answer(
        batch.payments.get(dealer=network.d1).pk, PaymentState.PART_PAID, D(90000), NOW.date()
    )
    services.record_answers(answers=[part], actor=maker, now=NOW)
    rows = expectations.expected(actor=actor, dealer=network.d1, today=NOW.date())
    assert sorted(row.amount for row in rows) == [D(7000), D(8000), D(52000)]
    told = expectations.buckets(rows, actor=actor, dealer=network.d1)
    assert (told.sent, told.payable, told.paid) == (D(0), D(60000), D(90000))
    stores = expectations.stores_with_money(actor=maker).in_bulk(field_name="code")
    assert (stores["D001"].outstanding, stores["D001"].paid) == (D(67000), D(90000))
    assert (stores["D002"].outstanding, stores["D002"].late, stores["D003"].outstanding) == (
        D(100),
        None,
        None,
    )
    after = date(2026, 8, 10)
    told = statements.promises(actor=maker, on=after)
    assert sum(group.amount for group in told.ageing) == told.breached_amount == D(67100)
    assert forecasting.overdue(rows, today=after) == D(67000)
    set_aside = Expected(Certainty.ACCRUED, D(31000), date(2026, 7, 10), ended=True)
    assert forecasting.overdue([set_aside], today=after) == 0  # nobody promised a day
    assert forecasting.unsettled([set_aside, *rows]) == D(31000)

    door = client_of(d1_gm)
    opened = door.get(reverse("incentives:money-list"))
    assert opened["Location"] == reverse("incentives:money-detail", kwargs={"pk": network.d1.pk})
    page = door.get(opened["Location"]).content.decode()
    assert "60,000.00" in page
    assert "等待进入下一付款批次" in page
    assert client_of(d2_gm).get(opened["Location"]).status_code == 404


def test_a_dispute_over_the_api(network, d1_gm, actor_of, api_of) -> None:
    users = story.people(network)
    policy = story.policy().policy
    story.sell_june(network.d1, NOW)
    story.target(network.d1)
    actors = {name: actor_of(user) for name, user in users.items()}
    run = services.calculate(
        policy=policy, window=story.JUNE, kind=RunKind.FINAL, actor=actors["policy"], now=NOW
    )
    services.ask_release(run=run, actor=actors["policy"], now=NOW)
    work.decide(approval=Approval.objects.get(), verdict="approve", comment="", actor=actors["fin"], now=NOW)
    store, maker, finance = api_of(d1_gm), api_of(users["policy"]), api_of(users["fin"])
    statement = Statement.objects.get(dealer=network.d1)

    def send(kind, key):
        body = {
            "statement": statement.pk,
            "vin": story.vin(story.NO_PLATE),
            "reason": "missing_car",
            "expected_amount": "150000",
            "kind": kind,
            "issued_on": "2026-07-05",
            "file": SimpleUploadedFile("a.pdf", PDF, content_type="application/pdf"),
        }
        return store.post("/api/v1/rebate-disputes/", body, format="multipart", HTTP_IDEMPOTENCY_KEY=key)

    refused = send("insurance", "dispute-0001")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_document")
    made = [send("registration", "dispute-0002") for _again in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert send("invoice", "dispute-0002").status_code == 422
    item = DisputeItem.objects.get()
    assert (
        store.get(f"/api/v1/rebate-disputes/{made[0].json()['id']}/cars/").json()[0]["state"] == "submitted"
    )

    def act(door, verb, key, **body):
        address = f"/api/v1/rebate-dispute-cars/{item.pk}/{verb}/"
        return door.post(address, body, format="json", HTTP_IDEMPOTENCY_KEY=key)

    assert act(store, "answer", "answer-0000", granted=True).status_code == 403
    said = act(maker, "answer", "answer-0001", granted=False, reason="无效")
    assert said.json() == {"id": item.pk, "state": "rejected"}
    assert act(store, "appeal", "appeal-0001", appeal="已上牌").json()["state"] == "escalated"
    again = act(maker, "answer", "answer-0002", granted=True)
    assert (again.status_code, again.json()["code"]) == (409, "same_person")
    assert act(finance, "answer", "answer-0003", granted=True).json()["state"] == "upheld"
    assert store.get("/api/v1/rebate-dispute-cars/").json()["results"][0]["state"] == "upheld"
