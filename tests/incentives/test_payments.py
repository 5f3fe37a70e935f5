"""Batches of payments: prepared, released by another person, answered by the bank, paid again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.core.errors import DomainError
from apps.core.models import AuditEvent, ImportBatch, ImportRow
from apps.core.roles import Role
from apps.incentives import services
from apps.incentives.models import Payment, PaymentBatch, PaymentItem, Statement
from apps.incentives.rules.paying import Due, PaymentState, plan, spread
from apps.ledger import queries as ledger
from apps.ledger.models import Account
from apps.ledger.rules import AccountKind, Book
from apps.work import services as work
from apps.work.models import Approval, Notice, Webhook, WebhookDelivery
from tests.factories import network as factory
from tests.incentives import payable
from tests.work.withdrawing import asked_and_taken_back

NOW = datetime(2026, 7, 12, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HEAD = "付款单号,结果,实付金额,付款日期,银行流水号,失败原因\n"


def test_sums_are_netted_carried_and_spread_to_the_fen() -> None:
    dues = [Due(1, 7, D("100")), Due(2, 7, D("-130")), Due(3, 8, D("99.99"), D(100)), Due(4, 9, D("100"))]
    planned = plan(dues, minimum=D(0))
    assert [(each.dealer, each.amount, each.carried) for each in planned] == [
        (7, D("-30"), True),
        (8, D("99.99"), True),
        (9, D("100"), False),
    ]
    assert [each.carried for each in plan(dues, minimum=D("100.01"))] == [True, True, True]
    owed = [(1, D("60.01")), (2, D("-20")), (3, D("60"))]
    assert spread(D("50"), owed) == {1: D("60.01"), 2: D("-20"), 3: D("9.99")}
    assert spread(D("0"), owed) == {1: D(0), 2: D(0), 3: D(0)}
    for paid in ("0.01", "33.33", "100.01"):
        assert sum(spread(D(paid), owed).values()) == D(paid)


@pytest.fixture
def desk(network, d1_gm, d2_gm, client_of, actor_of, monkeypatch):
    """Statements of four dealers payable by bank, two people of finance at the desk."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    people = [factory.persona(name, Role.HQ_FINANCE, unit=network.hq) for name in ("fin", "fin_2")]
    keys = payable.confirmed(
        {
            network.d1: ["98000", "52000"],
            network.d2: ["5000", "-3000"],
            network.d3: ["40"],
            network.d4: ["20000"],
        },
        NOW - timedelta(days=1),
    )
    actors = [actor_of(user) for user in people]
    events = [f"incentives.{name}" for name in ("statement_payable", "payment_made", "payment_failed")]
    Webhook.objects.create(label="ERP", url="https://example.com/", events=events, created_at=NOW)
    assert services.make_payable(statements=keys, actor=actors[0], now=NOW) == 6
    # nothing had been set aside for these statements: it is made up for, no accrual goes below zero
    assert not Account.objects.filter(kind="accrual").exclude(balance=0).exists()
    return [client_of(user) for user in people], actors, client_of(d1_gm)


def decide(verdict, actor, comment=""):
    asked = Approval.objects.get(flow="incentives.payments", state="waiting")
    work.decide(approval=asked, verdict=verdict, comment=comment, actor=actor, now=NOW)


def post(client, name, batch):
    return client.post(reverse(f"incentives:batch-{name}", kwargs={"pk": batch.pk}))


def outcome(*rows):
    return "".join([HEAD, *(f"{row}\n" for row in rows)]).encode()


def bring(client, content):
    sent = SimpleUploadedFile("result.csv", content, content_type="text/csv")
    given = {"kind": "incentives.payment_return", "file": sent}
    client.post(reverse("core:import-new"), given, follow=True)
    return ImportBatch.objects.latest("pk")


def take_in(client, batch, mode="good"):
    return client.post(reverse("core:import-commit", args=[batch.pk]), {"mode": mode}, follow=True)


def test_two_people_pay_and_the_bank_answers(desk, network) -> None:
    (fin, _), (maker, checker), gm = desk
    shown = fin.get(reverse("incentives:batch-new")).content.decode()
    assert "172,040.00" in shown
    fin.post(reverse("incentives:batch-new"), {"form": "transfer", "minimum_amount": "100"})
    batch = PaymentBatch.objects.get()
    assert (batch.number, batch.payments_count, batch.amount) == ("FK20260712-01", 3, D("172000.00"))
    assert (batch.carried_count, batch.carried_amount) == (1, D("40.00"))
    with pytest.raises(DomainError):  # everything is in the batch already
        services.build_batch(form="transfer", minimum_amount=D(100), actor=maker, now=NOW)
    first = Payment.objects.get(dealer=network.d1)
    page = reverse("incentives:payment-detail", kwargs={"pk": first.pk})
    assert gm.get(page).status_code == 404
    _release(fin, batch, maker, checker)
    assert gm.get(page).status_code == 200
    assert reverse("incentives:batch-list") not in gm.get(page).content.decode()
    assert gm.get(reverse("incentives:batch-detail", kwargs={"pk": batch.pk})).status_code == 403
    _read_file(fin, batch)
    _answer(fin, network)
    answer = services.Answer(first.pk, PaymentState.FAILED, reason="again")
    with pytest.raises(DomainError) as refused:
        services.record_answers(answers=[answer], actor=maker, now=NOW)
    assert refused.value.code == "not_on_its_way"
    _pay_again(maker, network)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=first.pk).update(amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentItem.objects.filter(payment=first).update(settled_amount=1)


def _release(fin, batch, maker, checker) -> None:
    left = asked_and_taken_back(
        "incentives.payments", lambda: post(fin, "submit", batch), watched=("incentives", "ledger")
    )
    assert left == set()
    assert post(fin, "submit", batch).status_code == 302
    with pytest.raises(DomainError) as refused:
        decide("approve", maker)
    assert refused.value.code == "own_request"
    decide("return", checker, "金额复核")
    assert post(fin, "csv", batch).status_code == 405
    assert fin.get(reverse("incentives:batch-csv", kwargs={"pk": batch.pk})).status_code == 404
    post(fin, "submit", batch)
    assert post(fin, "discard", batch).status_code == 409
    decide("approve", checker)
    batch.refresh_from_db()
    assert (batch.state, batch.released_by) == ("released", checker.label)
    assert set(Statement.objects.values_list("state", flat=True)) == {"payable"}


def _read_file(fin, batch) -> None:
    said = fin.get(reverse("incentives:batch-csv", kwargs={"pk": batch.pk})).content.decode("utf-8-sig")
    lines = said.splitlines()
    assert lines[1] == "FK20260712-01-D001,D001,D001汽车销售服务有限公司,150000.00,CNY,返利 FK20260712-01"
    assert lines[-1] == f"合计,,3,172000.00,CNY,{batch.sha256}"
    assert fin.get(reverse("incentives:batch-excel", kwargs={"pk": batch.pk})).content[:2] == b"PK"
    assert AuditEvent.objects.filter(action="core.export", object_label=batch.number).count() == 2


def _answer(fin, network) -> None:
    rows = (
        "FK20260712-01-D001,已付,150000.00,2026-07-12,B1,",
        "FK20260712-01-D004,部分支付,5000.00,2026-07-12,B2,限额",
        "FK20260712-01-D002,失败,,,,账号已注销",
        "FK20260712-01-D999,已付,1.00,2026-07-12,B9,",
    )
    first = bring(fin, outcome(*rows))
    wrong = ImportRow.objects.filter(batch=first).exclude(errors=[]).get()
    assert (wrong.row_no, wrong.errors[0]["code"]) == (5, "unknown")
    take_in(fin, first)
    states = dict(Payment.objects.values_list("dealer__code", "state"))
    assert states == {"D001": "paid", "D002": "failed", "D003": "carried", "D004": "part_paid"}
    again = bring(fin, outcome("FK20260712-01-D001,失败,,,,退票", *rows[1:3]))
    contrary = ImportRow.objects.filter(batch=again).exclude(errors=[]).get()
    assert (contrary.row_no, contrary.errors[0]["code"]) == (2, "other_values")
    before = ledger.trial_balance()
    take_in(fin, again)
    assert ledger.trial_balance() == before == {"CNY": D("0.00")}
    owed = [ledger.balance(book=Book(dealer_id=d.pk), kind=AccountKind.PAYABLE) for d in _dealers(network)]
    assert owed == [D(0), D(2000), D(40), D(15000)]
    assert ledger.balance(book=Book(dealer_id=network.d1.pk), kind=AccountKind.BANK) == D(150000)
    paid = Statement.objects.filter(state="paid").values_list("dealer__code", "paid_on")
    assert set(paid) == {("D001", date(2026, 7, 12))}
    assert PaymentBatch.objects.get().state == "closed"
    assert Notice.objects.filter(code="incentives.payment_failed").count() == 2  # the store and who prepared
    assert Notice.objects.filter(code="incentives.payment_made").count() == 1
    told = WebhookDelivery.objects.order_by("event", "payload__dealer").values_list(
        "event", "payload__dealer"
    )
    assert [(event.partition(".")[2], dealer) for event, dealer in told if "payment" in event] == [
        ("payment_failed", "D002"),
        ("payment_made", "D001"),
        ("payment_made", "D004"),
    ]
    assert WebhookDelivery.objects.filter(event="incentives.statement_payable").count() == 6


def _pay_again(maker, network) -> None:
    """What failed or was paid in part is payable again, and what was carried may have grown."""
    second = services.build_batch(form="transfer", minimum_amount=D(0), actor=maker, now=NOW)
    rows = {row.dealer.code: row.amount for row in second.payments.exclude(state="carried")}
    assert rows == {"D002": D("2000.00"), "D004": D("15000.00")}
    assert second.carried_amount == D("40.00")
    services.discard_batch(batch=second, actor=maker, now=NOW)
    third = services.build_batch(form="transfer", minimum_amount=D(0), actor=maker, now=NOW)
    assert third.number == "FK20260712-03"


def _dealers(network):
    return network.d1, network.d2, network.d3, network.d4


def test_the_api_prepares_a_batch_once(desk, network, api_of, d1_gm) -> None:
    door = api_of(factory.persona("fin_3", Role.HQ_FINANCE, unit=network.hq))
    body = {"form": "transfer", "minimum_amount": "0"}
    head = {"HTTP_IDEMPOTENCY_KEY": "batch-2026-07-12"}
    made = [door.post("/api/v1/payment-batches/", body, format="json", **head) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert PaymentBatch.objects.count() == 1
    key = made[0].json()["id"]
    assert door.post(f"/api/v1/payment-batches/{key}/submit/").json()["state"] == "checking"
    listed = api_of(d1_gm).get("/api/v1/payments/").json()
    assert listed["results"] == []
    assert api_of(d1_gm).get("/api/v1/payment-batches/").status_code == 403
