"""A bank's file: payments that count once, go to whose they are, and wait when nobody knows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.core.errors import DomainError
from apps.core.imports import services as imports
from apps.core.models import AuditEvent, Job
from apps.ledger import queries, services
from apps.ledger.models import Account, BankReceipt, Entry
from apps.ledger.rules import AccountKind, Book
from apps.work.models import Todo

pytestmark = pytest.mark.django_db
HEAD = "交易流水号,交易日期,贷方发生额,客户编号,对方户名,款项用途,摘要\n"
FILE = HEAD + (
    "B1,2026-06-28,400000.00,D001,杭州一店,,旬订单\n"
    "B2,2026-06-29,50000.50,,杭州某某贸易公司,,代 D002 付车款\n"
    "B3,2026-06-29,1000.00,,D002,授信还款,\n"
    "B4,2026-12-31,9.00,D001,,,\n"
    "B5,2026-06-29,-3.00,D001,,,\n"
    "B1,2026-06-28,400000.00,D001,,,\n"
)


@pytest.fixture
def bring(network, actor_of, hq_fin, now):
    def upload(text: str, mode: str = "good"):
        wish = imports.Wish(mode=mode, wait=True, source="icbc")
        return imports.upload(
            kind="ledger.payment",
            content=text.encode(),
            name="bank.csv",
            actor=actor_of(hq_fin),
            now=now,
            wish=wish,
        )

    return upload


def codes(batch) -> dict[str, int]:
    return {item["code"]: item["count"] for item in batch.summary["errors"]["by"]}


def on(dealer, kind=AccountKind.DEPOSIT) -> Decimal:
    return queries.balance(book=Book(dealer.pk), kind=kind)


def test_a_bank_file_counts_once_and_what_nobody_knows_waits_to_be_assigned(
    network, bring, actor_of, hq_fin, am_1, client_of, api_of, now
) -> None:
    good = HEAD + "\n".join(FILE.splitlines()[1:4]) + "\n"
    checked = bring(FILE, mode="")
    assert codes(checked) == {"future": 1, "out_of_range": 1, "contradicted": 2}
    assert not BankReceipt.objects.exists() and not Entry.objects.exists()

    batch = bring(good)
    assert (batch.created_facts, batch.bad_rows) == (3, 0)
    assert (on(network.d1), on(network.d2), on(network.d2, AccountKind.CREDIT_LINE)) == (400_000, 0, 1000)
    told = BankReceipt.objects.order_by("reference").values_list("reference", "state", "dealer__code")
    assert list(told) == [("B1", "posted", "D001"), ("B2", "waiting", None), ("B3", "posted", "D002")]
    assert Job.objects.filter(code="ordering.fund_blocked").count() == 2
    todo = Todo.objects.get(code="ledger.assign")
    assert (todo.role, todo.params["count"], todo.state) == ("hq_finance", 1, "open")
    again = bring(good)
    assert (again.created_facts, again.same_rows, Entry.objects.count()) == (0, 3, 2)
    assert codes(bring(good.replace("400000.00", "400001.00"))) == {"other_values": 1}

    door, other = client_of(hq_fin), client_of(am_1)
    waiting = BankReceipt.objects.get(reference="B2")
    page = door.get("/ledger/receipts/?state=waiting").content.decode()
    assert "50,000.50" in page and "杭州某某贸易公司" in page and "400,000.00" not in page
    assert other.get("/ledger/receipts/").status_code == 403
    assert [
        (hint.dealer.code, hint.why) for hint in door.get(f"/ledger/receipts/{waiting.pk}/").context["hints"]
    ] == [("D002", "note")]
    assert door.post(f"/ledger/receipts/{waiting.pk}/assign/", {"dealer": "D999"}).status_code == 422
    assert door.post(f"/ledger/receipts/{waiting.pk}/assign/", {"dealer": "D001"}).status_code == 302
    assert (on(network.d1), Todo.objects.get(code="ledger.assign").state) == (Decimal("450000.50"), "done")
    assert door.post(f"/ledger/receipts/{waiting.pk}/assign/", {"dealer": "D002"}).status_code == 422

    assert door.post(f"/ledger/receipts/{waiting.pk}/reopen/", {"reason": "认错店"}).status_code == 302
    assert (on(network.d1), on(network.d2)) == (400_000, 0)
    address = f"/api/v1/bank-payments/{waiting.pk}/assign/"
    answer = api_of(hq_fin).post(address, {"dealer": "D002"}, format="json")
    assert (answer.status_code, answer.json()["state"], on(network.d2)) == (
        200,
        "posted",
        Decimal("50000.50"),
    )
    events = AuditEvent.objects.filter(object_type="ledger.bankreceipt", object_id=str(waiting.pk))
    assert list(events.order_by("pk").values_list("action", flat=True)) == [
        "ledger.receive",
        "ledger.assign",
        "ledger.reopen",
        "ledger.assign",
    ]
    assert queries.trial_balance() == {"CNY": 0}


def test_what_was_spent_is_not_taken_back_and_what_is_no_dealer_s_leaves_the_list(
    network, bring, actor_of, hq_fin, now
) -> None:
    bring(FILE.splitlines()[0] + "\n" + "\n".join(FILE.splitlines()[1:3]) + "\n")
    actor = actor_of(hq_fin)
    paid, unknown = BankReceipt.objects.order_by("reference")
    account = Account.objects.get(dealer=network.d1, kind="deposit")
    services.hold(key="o1", account=account, amount=Decimal(1), actor=actor, now=now)
    with pytest.raises(DomainError) as caught:
        services.reopen_receipt(receipt=paid, reason="x", actor=actor, now=now)
    assert caught.value.code == "insufficient_funds"
    paid.refresh_from_db()
    assert (paid.state, on(network.d1)) == ("posted", 400_000)
    services.set_aside(receipt=unknown, reason="利息", actor=actor, now=now)
    assert Todo.objects.get(code="ledger.assign").state == "done"
    by_hand = services.Payment(network.d2.pk, unknown.amount, unknown.paid_on, "B2")
    with pytest.raises(DomainError) as caught:
        services.record_payment(payment=by_hand, actor=actor, now=now)
    assert caught.value.code == "key_reused"
    services.reopen_receipt(receipt=unknown, reason="还是车款", actor=actor, now=now)
    entry = services.record_payment(payment=by_hand, actor=actor, now=now)
    assert (entry.dealer_id, on(network.d2), entry.occurred_on) == (
        network.d2.pk,
        unknown.amount,
        date(2026, 6, 29),
    )
