"""A rebate wallet: transferred by four eyes, frozen, expired, and documented by red-letter invoices."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from apps.core import access
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.ledger import queries, services
from apps.ledger.models import CreditNote, Entry, WalletTransfer
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, Line, taxed, transfer
from apps.work import services as work
from apps.work.models import Approval, Todo

pytestmark = pytest.mark.django_db
SYSTEM = access.system("test")
WALLET, PAYABLE = AccountKind.REBATE_WALLET, AccountKind.PAYABLE


@pytest.fixture
def paid(network, now, monkeypatch):
    """Two rebates of the first dealer: 1,130.00 usable to the end of the month after, 500.00 for a year."""

    monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    def post(key: str, amount: str, expires: date) -> Entry:
        lines = [Line(PAYABLE, -Decimal(amount)), Line(WALLET, Decimal(amount), expires)]
        draft = Draft(key, Book(network.d1.pk), EntryKind.PAYOUT, lines, date(2026, 7, 1))
        return services.post(draft=draft, actor=SYSTEM, now=now)

    return [post("p1", "1130", date(2026, 8, 31)), post("p2", "500", date(2027, 6, 30))]


def on(dealer) -> tuple[Decimal, Decimal]:
    """The balance of a wallet and what is held on it."""
    account = queries.find(book=Book(dealer.pk), kind=WALLET)
    return (account.balance, account.held) if account else (Decimal(0), Decimal(0))


@pytest.mark.usefixtures("paid")
def test_a_transfer_is_held_released_by_a_second_person_and_keeps_its_expiry(
    network, client_of, actor_of, d1_fin, d2_gm, hq_fin, now
) -> None:
    store, other = client_of(d1_fin), client_of(d2_gm)
    wallet = queries.find(book=Book(network.d1.pk), kind=WALLET)
    ask = f"/ledger/{wallet.pk}/transfer/"
    asked = {"to": str(network.d3.pk), "amount": "1200.00", "reason": "集团统筹"}
    assert other.get(ask).status_code == 404
    offered = [label for _key, label in store.get(ask).context["form"].fields["to"].choices]
    assert offered == [f"D003 {network.d3}", "本店银行账户"]
    assert store.post(ask, asked | {"to": str(network.d2.pk)}).status_code == 422  # not of the group
    refused = store.post(ask, asked | {"amount": "1630.01"})
    assert (refused.status_code, "0.01" in refused.content.decode()) == (422, True)
    assert not WalletTransfer.objects.exists() and on(network.d1) == (1630, 0)

    page = store.post(ask, asked)["Location"]
    row = WalletTransfer.objects.get()
    assert (on(network.d1), row.state) == ((1630, 1200), "waiting")
    assert other.get(page).status_code == 404
    approval = Approval.objects.get()
    approve = {"approval": approval, "verdict": "approve", "comment": "", "now": now}
    with pytest.raises(DomainError):  # who asked has no say
        work.decide(**approve, actor=actor_of(d1_fin))
    services.freeze(account=wallet, reason="核查", actor=SYSTEM, now=now)
    told = store.get(f"/ledger/{wallet.pk}/").content.decode()
    assert "核查" in told and ask not in told
    with pytest.raises(DomainError, match="冻结"):
        work.decide(**approve, actor=actor_of(hq_fin))
    assert on(network.d1) == (1630, 1200)
    services.unfreeze(account=wallet, reason="查清", actor=SYSTEM, now=now)
    work.decide(**approve, actor=actor_of(hq_fin))
    row.refresh_from_db()
    assert (on(network.d1), on(network.d3), row.state) == ((430, 0), (1200, 0), "done")
    theirs = queries.find(book=Book(network.d3.pk), kind=WALLET)
    lots = [(lot.remaining, lot.expires_on) for lot in queries.lots(theirs)]
    assert lots == [(1130, date(2026, 8, 31)), (70, date(2027, 6, 30))]
    assert queries.trial_balance() == {"CNY": 0}
    assert "1,200.00" in store.get("/ledger/transfers/?dealer=d003").content.decode()


@pytest.mark.usefixtures("paid")
def test_what_headquarters_refuses_or_the_store_withdraws_is_free_again_and_only_a_clawback_goes_below_zero(
    network, client_of, api_of, actor_of, d1_fin, hq_fin, now
) -> None:
    store, door = client_of(d1_fin), api_of(d1_fin)
    wallet = queries.find(book=Book(network.d1.pk), kind=WALLET)
    ask = f"/ledger/{wallet.pk}/transfer/"
    body = {"account": wallet.pk, "amount": "1600", "reason": "闭店清算"}
    made = door.post("/api/v1/wallet-transfers/", body, format="json", HTTP_IDEMPOTENCY_KEY="transfer-1")
    assert (made.status_code, on(network.d1)) == (201, (1630, 1600))
    wrong = door.post(
        "/api/v1/wallet-transfers/", body | {"amount": "31"}, format="json", HTTP_IDEMPOTENCY_KEY="transfer-2"
    )
    assert (wrong.status_code, wrong.json()["code"]) == (409, "insufficient_funds")
    approval = Approval.objects.get(state="waiting")
    work.decide(approval=approval, verdict="reject", comment="缺资料", actor=actor_of(hq_fin), now=now)
    assert on(network.d1) == (1630, 0)
    again = store.post(ask, {"to": "bank", "amount": "30", "reason": "提现"})["Location"]
    assert store.post(f"{again}withdraw/").status_code == 302
    assert store.post(f"{again}withdraw/").status_code == 409
    assert on(network.d1) == (1630, 0)
    last = store.post(ask, {"to": "bank", "amount": "30", "reason": "提现"})["Location"]
    approval = Approval.objects.get(state="waiting")
    work.decide(approval=approval, verdict="approve", comment="", actor=actor_of(hq_fin), now=now)
    assert (on(network.d1), "30.00" in store.get(last).content.decode()) == ((1600, 0), True)
    states = WalletTransfer.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["refused", "withdrawn", "done"]
    assert queries.balance(book=Book(network.d1.pk), kind=AccountKind.BANK) == 30
    assert services.expire(on=date(2027, 7, 1), actor=SYSTEM, now=now) == 2
    assert on(network.d1) == (0, 0)
    back = transfer(WALLET, AccountKind.REBATE_COST, Decimal(5))
    taken = Draft("claw", Book(network.d1.pk), EntryKind.CLAWBACK, back, date(2026, 7, 2))
    services.post(draft=taken, actor=SYSTEM, now=now)
    assert on(network.d1) == (-5, 0)
    assert store.post(ask, {"to": "bank", "amount": "0.01", "reason": "x"}).status_code == 422


def test_a_red_letter_invoice_documents_a_payout_once_and_is_confirmed_by_the_dealer(
    network, paid, client_of, api_of, d1_fin, d2_gm, hq_fin, now
) -> None:
    store, head, first = client_of(d1_fin), client_of(hq_fin), paid[0]
    issue = f"/ledger/entries/{first.pk}/credit-note/"
    paper = {
        "invoice_number": "26332000000012345678",
        "notice_number": "33010026070000123456",
        "issued_on": "2026-07-01",
        "amount": "1130.00",
        "tax_percent": "13",
        "order_number": "BZ20260705-D001",
    }
    assert store.post(issue, paper).status_code == 403
    assert "1,630.00" in head.get("/ledger/notes/").content.decode()
    for wrong in ({"amount": "1130.01"}, {"tax": "130.07"}, {"issued_on": "2099-01-01"}, {"amount": "0"}):
        assert head.post(issue, paper | wrong).status_code == 422
    assert not CreditNote.objects.exists()
    page = head.post(issue, paper)["Location"]
    assert head.post(issue, paper)["Location"] == page  # the same paper again
    note = CreditNote.objects.get()
    assert (note.net_amount, note.tax_amount, note.tax_rate, note.state) == (
        Decimal("1000.00"),
        Decimal("130.00"),
        Decimal("0.13"),
        "issued",
    )
    assert client_of(d2_gm).get(page).status_code == 404
    assert head.post(f"{page}confirm/").status_code == 403
    todo = Todo.objects.get(code="ledger.credit_note")
    assert (todo.state, todo.role, todo.dealer_id) == ("open", "dealer_finance", network.d1.pk)
    assert store.post(f"{page}confirm/").status_code == 302
    todo.refresh_from_db()
    assert (todo.state, CreditNote.objects.get().state) == ("done", "confirmed")

    body = {
        "entry": paid[1].pk,
        "invoice_number": "26332000000012345679",
        "notice_number": "33010026070000123457",
        "issued_on": "2026-07-02",
        "amount": "200.00",
        "tax": "23.02",
    }
    sent = {"format": "json", "HTTP_IDEMPOTENCY_KEY": "credit-note-1"}
    made = api_of(hq_fin).post("/api/v1/credit-notes/", body, **sent)
    assert (made.status_code, made.json()["net_amount"]) == (201, "176.98")
    assert api_of(d1_fin).post(f"/api/v1/credit-notes/{made.json()['id']}/confirm/").status_code == 200
    assert [row["state"] for row in api_of(d1_fin).get("/api/v1/credit-notes/").json()["results"]] == [
        "confirmed",
        "confirmed",
    ]
    wallet = queries.find(book=Book(network.d1.pk), kind=WALLET)
    assert "300.00" in store.get(f"/ledger/{wallet.pk}/").content.decode()  # without a note
    book = load_workbook(io.BytesIO(head.get("/ledger/notes/?_export=xlsx").content))
    cells = [row[:11] for row in book.active.iter_rows(values_only=True) if str(row[0]).startswith("2633")]
    assert [(row[0], row[4], row[5], row[7]) for row in cells] == [
        ("26332000000012345679", 200, 176.98, 23.02),
        ("26332000000012345678", 1130, 1000, 130),
    ]
    assert head.post(f"{page}cancel/", {"reason": "税号有误"}).status_code == 302
    assert store.post(f"{page}confirm/").status_code == 409
    assert head.post(issue, paper).status_code == 422  # the number was used
    missing = head.get("/ledger/notes/missing/").content.decode()
    assert "1,130.00" in missing and "300.00" in missing
    events = AuditEvent.objects.filter(object_type="ledger.creditnote", object_id=str(note.pk))
    assert [event.action for event in events.order_by("pk")] == [
        "ledger.issue_note",
        "ledger.confirm_note",
        "ledger.cancel_note",
    ]


def test_tax_is_taken_apart_half_up_or_as_the_invoice_says() -> None:
    rate = Decimal("0.13")
    assert (taxed(Decimal("100"), rate).net, taxed(Decimal("100"), rate).tax) == (
        Decimal("88.50"),
        Decimal("11.50"),
    )
    assert taxed(Decimal("100"), rate, Decimal("11.56")).net == Decimal("88.44")
    assert taxed(Decimal("100"), rate, Decimal("11.57")) is None
