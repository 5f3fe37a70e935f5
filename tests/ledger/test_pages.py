"""Accounts on their pages and at the API."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.core import access
from apps.ledger import queries, services
from apps.ledger.models import Account, Entry
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, transfer

pytestmark = pytest.mark.django_db
SYSTEM = access.system("test")


def test_finance_records_a_payment_reverses_it_and_sets_a_limit(network, client_of, hq_fin, d1_fin) -> None:
    door, store = client_of(hq_fin), client_of(d1_fin)
    told = {
        "dealer": "D001",
        "amount": "400000",
        "paid_on": "2026-07-01",
        "reference": "工行-1",
        "into": "deposit",
    }
    assert store.post("/ledger/payments/new/", told).status_code == 403
    url = door.post("/ledger/payments/new/", told)["Location"]
    assert door.post("/ledger/payments/new/", told)["Location"] == url
    assert door.post("/ledger/payments/new/", told | {"amount": "5"}).status_code == 422
    account = Account.objects.get(kind="deposit")
    assert (account.balance, Entry.objects.count()) == (400_000, 1)
    page = store.get(f"/ledger/{account.pk}/").content.decode()
    assert "400,000.00" in page
    assert "冻结" not in [each["label"] for each in store.get(f"/ledger/{account.pk}/").context["buttons"]]
    assert door.post(f"{url}reverse/", {"reason": "重复"}).status_code == 302
    account.refresh_from_db()
    assert account.balance == 0
    credit = services.open_account(
        book=Book(network.d1.pk), kind=AccountKind.CREDIT_LINE, now=account.opened_at
    )
    assert (
        door.post(f"/ledger/{credit.pk}/limit/", {"limit_amount": "1000", "reason": "年度"}).status_code
        == 302
    )
    assert door.post(f"/ledger/{credit.pk}/freeze/", {"reason": "查"}).status_code == 302
    credit.refresh_from_db()
    assert (credit.limit_amount, credit.frozen) == (1000, True)


def test_a_person_sees_the_own_points_and_no_books_of_dealers(network, client_of, now, d1_gm, d2_gm) -> None:
    points = transfer(AccountKind.POINTS_COST, AccountKind.POINTS, Decimal(50))
    draft = Draft("p", Book(person_id=d1_gm.pk), EntryKind.GRANT, points, now.date())
    services.post(draft=draft, actor=SYSTEM, now=now)
    own = queries.find(book=Book(person_id=d1_gm.pk), kind=AccountKind.POINTS)
    assert client_of(d1_gm).get(f"/ledger/{own.pk}/").status_code == 200
    assert client_of(d2_gm).get(f"/ledger/{own.pk}/").status_code == 404


def test_the_api_lists_accounts_and_takes_payments(network, api_of, hq_fin, d1_gm) -> None:
    told = {"dealer": "D001", "amount": "250.50", "paid_on": "2026-07-01", "reference": "X1"}
    answer = api_of(hq_fin).post(
        "/api/v1/ledger-movements/", told, format="json", HTTP_IDEMPOTENCY_KEY="payment-0001"
    )
    assert answer.status_code == 201, answer.content
    rows = api_of(d1_gm).get("/api/v1/ledger-accounts/").json()["results"]
    assert [(row["dealer"], row["kind"], row["balance"]) for row in rows] == [("D001", "deposit", "250.50")]
    moved = api_of(d1_gm).get("/api/v1/ledger-movements/").json()["results"]
    assert [(row["amount"], row["kind"], row["note"]) for row in moved] == [("250.50", "top_up", "X1")]
