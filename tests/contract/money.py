"""The money of a dealer and its order, for the tests that walk all pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.core import access
from apps.dealers.models import Dealer
from apps.incentives.models import Payment, PaymentBatch, PaymentItem, Statement
from apps.ledger import services as ledger
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, transfer
from apps.ordering import queries as ordering_queries
from apps.ordering import services as ordering
from apps.vehicles.models import CarModel
from apps.work.models import Webhook, WebhookDelivery

SYSTEM = access.system("contract")


def accounts_and_orders(dealer: Dealer, mark: Callable[[Dealer, str], str], now: datetime) -> dict[str, Any]:
    """A payment, a hold, a credit limit and a lot of a dealer, and its ten-day order."""
    code, day = dealer.code, date(2026, 7, 8)
    book = Book(dealer.pk)
    payment = ledger.Payment(dealer.pk, Decimal(100), day, mark(dealer, "BANK"), note=mark(dealer, "PAID"))
    entry = ledger.record_payment(payment=payment, actor=SYSTEM, now=now)
    unknown = replace(payment, dealer_id=None, reference=f"UNKNOWN-{code}", payer="?", note="")
    (receipt,) = ledger.take_payments(payments=[unknown], source="contract", actor=SYSTEM, now=now)
    lines = transfer(AccountKind.REBATE_COST, AccountKind.REBATE_WALLET, Decimal(10))
    draft = Draft(f"contract:{code}", book, EntryKind.PAYOUT, lines, day, note=mark(dealer, "REBATE"))
    payout = ledger.post(draft=draft, actor=SYSTEM, now=now)
    wallet = ledger.open_account(book=book, kind=AccountKind.REBATE_WALLET, now=now)
    moved = ledger.ask_transfer(
        account=wallet,
        to_dealer_id=None,
        amount=Decimal(1),
        reason=mark(dealer, "MOVED"),
        actor=SYSTEM,
        now=now,
    )
    paper = ledger.Invoice(mark(dealer, "INVOICE"), mark(dealer, "REDNOTICE"), day, Decimal(4))
    note = ledger.issue_note(entry=payout, invoice=paper, actor=SYSTEM, now=now)
    spent = transfer(AccountKind.REBATE_WALLET, AccountKind.VEHICLES, Decimal(1))
    ledger.post(draft=Draft(f"spent:{code}", book, EntryKind.ORDER, spent, day), actor=SYSTEM, now=now)
    account = ledger.open_account(book=book, kind=AccountKind.DEPOSIT, now=now)
    held: dict[str, Any] = {"account": account, "actor": SYSTEM, "now": now, "note": mark(dealer, "HELD")}
    ledger.hold(key=f"contract:{code}", amount=Decimal(1), **held)
    over = ledger.hold(key=f"over:{code}", amount=Decimal(1), **held)
    ledger.release(hold=over, actor=SYSTEM, now=now)
    credit = ledger.open_account(book=book, kind=AccountKind.CREDIT_LINE, now=now)
    reason = mark(dealer, "LIMIT")
    ledger.set_limit(account=credit, limit_amount=Decimal(5), reason=reason, actor=SYSTEM, now=now)
    window = ordering_queries.windows_for(now.date())[1]
    plan = ordering.draft_plan(dealer=dealer, window=window, actor=SYSTEM, now=now)
    wanted = ordering.Wanted(
        CarModel.objects.get(code="X5").pk,
        2,
        Decimal(1000),
        colour=mark(dealer, "ORDERCOLOUR"),
        reason=mark(dealer, "ORDERREASON"),
    )
    line = ordering.add_line(plan=plan, wanted=wanted, actor=SYSTEM, now=now)
    return {
        "order_plan": plan.pk,
        "order_line": line.pk,
        "ledger_account": account.pk,
        "ledger_wallet": wallet.pk,
        "ledger_payout": payout.pk,
        "wallet_transfer": moved.pk,
        "credit_note": note.pk,
        "ledger_entry": entry.pk,
        "bank_receipt": receipt.pk,
    }


def payment_of(dealer: Dealer, mark: Callable[[Dealer, str], str], now: datetime) -> Payment:
    """A payment of a released batch to the dealer that failed."""
    batch = PaymentBatch.objects.get_or_create(
        number="FK20260712-01",
        defaults={"form": "transfer", "state": "released", "created_by": "fin", "created_at": now},
    )[0]
    statement = Statement.objects.get(dealer=dealer)
    made = Payment.objects.create(
        batch=batch,
        dealer=dealer,
        reference=mark(dealer, "PAYMENT"),
        amount=Decimal(7),
        state="failed",
        paid_amount=Decimal(0),
        reason=mark(dealer, "PAYMENTREASON"),
        bank_reference=mark(dealer, "PAYMENTBANK"),
        answered_at=now,
    )
    PaymentItem.objects.create(
        payment=made,
        dealer=dealer,
        statement=statement,
        amount=Decimal(7),
        settled_amount=Decimal(0),
        open=False,
    )
    return made


def webhook_of(dealer: Dealer, mark: Callable[[Dealer, str], str], now: datetime) -> dict[str, Any]:
    """A webhook of the dealer's own, and a delivery to it that was given up."""
    hook = Webhook.objects.create(
        label=mark(dealer, "WEBHOOK"),
        url="https://example.com/in",
        dealer=dealer,
        owner=dealer,
        events=["incentives.payment_made"],
        created_at=now,
        created_by="hq_admin",
    )
    sent = WebhookDelivery.objects.create(
        webhook=hook,
        event="incentives.payment_made",
        key="contract",
        payload={"dealer": mark(dealer, "DELIVERY")},
        state="failed",
        due_at=now,
        created_at=now,
    )
    return {"webhook": hook.pk, "webhook_delivery": sent.pk}
