"""Double entry: entries balance and are kept, wallets are not overdrawn, what expires expires exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.core import access
from apps.core.errors import DomainError
from apps.ledger import queries, services
from apps.ledger.models import Account, Entry, Hold, Lot, LotUse, Posting
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, Line, transfer

pytestmark = pytest.mark.django_db
SYSTEM = access.system("test")
DAY = date(2026, 7, 12)
DEPOSIT, WALLET, BANK, CREDIT = (
    AccountKind.DEPOSIT,
    AccountKind.REBATE_WALLET,
    AccountKind.BANK,
    AccountKind.CREDIT_LINE,
)
COST, VEHICLES = AccountKind.REBATE_COST, AccountKind.VEHICLES


@pytest.fixture
def book(network) -> Book:
    return Book(network.d1.pk)


@pytest.fixture
def put(book, now) -> Callable[..., Entry]:
    """Post an amount from one account to another."""

    def posted(key: str, out: AccountKind, into: AccountKind, amount: object, **more: Any) -> Entry:
        lines = transfer(out, into, Decimal(str(amount)))
        expires = more.pop("expires_on", None)
        kind = more.pop("kind", EntryKind.TOP_UP)
        lines = tuple(Line(line.kind, line.amount, expires if line.amount > 0 else None) for line in lines)
        draft = Draft(key, book, kind, lines, more.pop("on", DAY), **more)
        return services.post(draft=draft, actor=SYSTEM, now=now)

    return posted


def ends() -> None:
    """What the data base checks when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def code(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught:
        call()
    return caught.value.code


def left(book: Book, kind: AccountKind = WALLET) -> tuple[Decimal, Decimal]:
    """The balance and what is left in lots."""
    account = queries.find(book=book, kind=kind)
    return account.balance, sum((lot.remaining for lot in queries.lots(account)), Decimal(0))


def test_an_entry_moves_an_amount_once(put, book) -> None:
    made = put("k1", BANK, DEPOSIT, "100.005")
    assert put("k1", BANK, DEPOSIT, "100.005") == made
    assert queries.balance(book=book, kind=DEPOSIT) == Decimal("100.01")
    assert queries.balance(book=book, kind=BANK) == Decimal("-100.01")
    assert code(lambda: put("k1", BANK, DEPOSIT, 5)) == "key_reused"
    assert Entry.objects.count() == 1
    assert queries.trial_balance() == {"CNY": Decimal("0.00")}
    ends()


def test_what_does_not_balance_is_refused_in_code_and_in_the_data_base(put, book, now) -> None:
    lines = [Line(BANK, Decimal(-1)), Line(DEPOSIT, Decimal(2))]
    with pytest.raises(ValueError, match="balance"):
        services.post(draft=Draft("k", book, EntryKind.TOP_UP, lines, DAY), actor=SYSTEM, now=now)
    entry = put("k1", BANK, DEPOSIT, 100)
    account = entry.postings.get(amount__gt=0).account
    common = {"dealer_id": book.dealer_id, "account": account, "amount": 5}
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        Posting.objects.create(entry=entry, line=3, **common)
    fields = {
        field.attname: getattr(entry, field.attname)
        for field in Entry._meta.concrete_fields
        if field.attname not in ("id", "key")
    }

    def half(key: str, amounts: tuple[int, ...]) -> None:
        with transaction.atomic():
            lone = Entry.objects.create(key=key, **fields)
            rows = [Posting(entry=lone, line=line, **common) for line, _ in enumerate(amounts)]
            Posting.objects.bulk_create(rows)
            ends()

    with pytest.raises(IntegrityError, match="postings, which sum to"):
        half("empty", ())
    with pytest.raises(IntegrityError, match="does not balance"):
        half("unequal", (5, 5))
    assert left(book, DEPOSIT)[0] == 100


@pytest.mark.parametrize("table", ["entry", "posting", "account", "hold", "lot"])
def test_nothing_is_changed_or_deleted_not_even_by_the_owner(put, table, book, now) -> None:
    put("k1", COST, WALLET, 100)
    wallet = queries.find(book=book, kind=WALLET)
    services.hold(key="h", account=wallet, amount=Decimal(5), actor=SYSTEM, now=now)
    for change in (f"DELETE FROM ledger_{table}", f"UPDATE ledger_{table} SET dealer_id = dealer_id"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            connection.cursor().execute(change)
    with pytest.raises(IntegrityError, match="opens empty"), transaction.atomic():
        Account.objects.create(kind=BANK, currency="CNY", balance=5, opened_at=now)


def test_an_entry_stays_in_its_book(put, network, book, now) -> None:
    entry = put("k1", BANK, DEPOSIT, 100)
    other = services.open_account(book=Book(network.d2.pk), kind=DEPOSIT, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(entry=entry, line=3, account=other, dealer_id=book.dealer_id, amount=1)
    maker = services.open_account(book=Book(), kind=DEPOSIT, now=now)
    with pytest.raises(IntegrityError, match="leaves its book"), transaction.atomic():
        Posting.objects.create(entry=entry, line=3, account=maker, amount=1)
    assert Posting.objects.count() == 2


def test_funds_are_not_overdrawn_unless_clawed_back(put, book) -> None:
    put("k1", BANK, DEPOSIT, 100)
    assert code(lambda: put("k2", DEPOSIT, VEHICLES, "100.01", kind=EntryKind.ORDER)) == "insufficient_funds"
    put("k3", DEPOSIT, VEHICLES, 100, kind=EntryKind.ORDER)
    assert left(book, DEPOSIT)[0] == 0
    put("k4", DEPOSIT, COST, 30, kind=EntryKind.CLAWBACK)
    assert left(book, DEPOSIT)[0] == -30
    assert code(lambda: put("k5", DEPOSIT, VEHICLES, 1, kind=EntryKind.ORDER)) == "insufficient_funds"
    put("k6", BANK, DEPOSIT, 10)
    assert left(book, DEPOSIT)[0] == -20


def test_credit_may_be_drawn_to_its_limit(put, book, now) -> None:
    line = services.open_account(book=book, kind=CREDIT, now=now)
    assert code(lambda: put("k1", CREDIT, VEHICLES, 1, kind=EntryKind.ORDER)) == "insufficient_funds"
    services.set_limit(account=line, limit_amount=Decimal(500), reason="年度授信", actor=SYSTEM, now=now)
    put("k2", CREDIT, VEHICLES, 450, kind=EntryKind.ORDER)
    assert queries.available(book=book, kind=CREDIT) == 50
    line.refresh_from_db()
    assert line.used == 450
    deposit = services.open_account(book=book, kind=DEPOSIT, now=now)
    wrong = {"limit_amount": Decimal(1), "reason": "x", "actor": SYSTEM, "now": now}
    assert code(lambda: services.set_limit(account=deposit, **wrong)) == "no_credit"


def test_a_hold_is_captured_or_released_once(put, book, now) -> None:
    put("k1", BANK, DEPOSIT, 100)
    account = queries.find(book=book, kind=DEPOSIT)
    with_actor = {"actor": SYSTEM, "now": now}
    first = services.hold(key="h1", account=account, amount=Decimal(60), **with_actor)
    assert services.hold(key="h1", account=account, amount=Decimal(60), **with_actor) == first
    with pytest.raises(DomainError) as short:
        services.hold(key="h2", account=account, amount=Decimal(60), **with_actor)
    assert (short.value.code, short.value.params["missing"]) == ("insufficient_funds", "20.00")
    assert code(lambda: put("k2", DEPOSIT, VEHICLES, 41, kind=EntryKind.ORDER)) == "insufficient_funds"
    taking = {"into": VEHICLES, "kind": EntryKind.ORDER, "occurred_on": DAY, **with_actor}
    beyond = Decimal(61)
    assert code(lambda: services.capture(hold=first, key="c", amount=beyond, **taking)) == "beyond_hold"
    entry = services.capture(hold=first, key="c", amount=Decimal(45), **taking)
    assert services.capture(hold=first, key="c", amount=Decimal(45), **taking) == entry
    account.refresh_from_db()
    assert (account.balance, account.held, account.available) == (55, 0, 55)
    assert code(lambda: services.release(hold=first, **with_actor)) == "hold_ended"
    second = services.hold(key="h3", account=account, amount=Decimal(55), **with_actor)
    assert services.release(hold=second, **with_actor) == services.release(hold=second, **with_actor)
    assert code(lambda: services.capture(hold=second, key="d", **taking)) == "hold_ended"
    account.refresh_from_db()
    assert (account.balance, account.held) == (55, 0)


def test_a_frozen_account_is_not_spent_from(put, book, now) -> None:
    put("k1", BANK, DEPOSIT, 100)
    account = queries.find(book=book, kind=DEPOSIT)
    services.freeze(account=account, reason="查", actor=SYSTEM, now=now)
    assert queries.available(book=book, kind=DEPOSIT) == 0
    assert code(lambda: put("k2", DEPOSIT, VEHICLES, 1, kind=EntryKind.ORDER)) == "account_frozen"
    holding = {"key": "h", "account": account, "amount": Decimal(1), "actor": SYSTEM, "now": now}
    assert code(lambda: services.hold(**holding)) == "account_frozen"
    put("k3", BANK, DEPOSIT, 1)
    services.unfreeze(account=account, reason="清", actor=SYSTEM, now=now)
    put("k4", DEPOSIT, VEHICLES, 101, kind=EntryKind.ORDER)
    assert Hold.objects.count() == 0


def test_what_expires_first_is_spent_first_and_the_rest_expires_exactly(put, book, now) -> None:
    put("late", COST, WALLET, 50, expires_on=date(2026, 12, 31))
    put("never", COST, WALLET, 7)
    put("soon", COST, WALLET, 100, expires_on=date(2026, 7, 31))
    put("spend", WALLET, VEHICLES, 60, kind=EntryKind.ORDER)
    assert list(Lot.objects.order_by("pk").values_list("remaining", flat=True)) == [50, 7, 40]
    assert services.expire(on=date(2026, 7, 31), actor=SYSTEM, now=now) == 0
    assert services.expire(on=date(2026, 8, 1), actor=SYSTEM, now=now) == 1
    assert services.expire(on=date(2026, 8, 1), actor=SYSTEM, now=now) == 0
    assert left(book) == (57, 57)
    assert services.expire(on=date(2099, 1, 1), actor=SYSTEM, now=now) == 1
    assert left(book) == (7, 7)


def test_what_is_held_does_not_expire_and_what_expired_cannot_be_spent(put, book, now) -> None:
    put("old", COST, WALLET, 100, expires_on=date(2026, 7, 11))
    wallet = queries.find(book=book, kind=WALLET)
    assert code(lambda: put("spend", WALLET, VEHICLES, 60, kind=EntryKind.ORDER)) == "insufficient_funds"
    put("new", COST, WALLET, 10, expires_on=date(2026, 7, 13))
    held = services.hold(key="h", account=wallet, amount=Decimal(10), actor=SYSTEM, now=now)
    assert left(book) == (10, 10)
    assert services.expire(on=date(2026, 8, 1), actor=SYSTEM, now=now) == 0
    services.release(hold=held, actor=SYSTEM, now=now)
    assert services.expire(on=date(2026, 8, 1), actor=SYSTEM, now=now) == 1
    assert left(book) == (0, 0)


def test_a_reversal_gives_back_to_the_lots_it_spent(put, book, now) -> None:
    put("soon", COST, WALLET, 30, expires_on=date(2026, 7, 31))
    put("late", COST, WALLET, 50, expires_on=date(2026, 12, 31))
    spent = put("spend", WALLET, VEHICLES, 60, kind=EntryKind.ORDER)
    again = {"occurred_on": DAY, "actor": SYSTEM, "now": now}
    back = services.reverse(entry=spent, key="back", **again)
    assert services.reverse(entry=spent, key="back", **again) == back
    assert code(lambda: services.reverse(entry=spent, key="twice", **again)) == "reversed"
    assert list(Lot.objects.order_by("pk").values_list("remaining", "amount")) == [(30, 30), (50, 50)]
    assert sum(LotUse.objects.values_list("amount", flat=True)) == 0
    assert left(book) == (80, 80)


def test_a_clawback_below_zero_is_paid_off_before_lots_fill_again(put, book, now) -> None:
    credit = put("paid", COST, WALLET, 100)
    put("spend", WALLET, VEHICLES, 80, kind=EntryKind.ORDER)
    taken = {"occurred_on": DAY, "actor": SYSTEM, "now": now}
    assert code(lambda: services.reverse(entry=credit, key="r", **taken)) == "insufficient_funds"
    services.reverse(entry=credit, key="r", clawback=True, **taken)
    assert left(book) == (-80, 0)
    put("paid2", COST, WALLET, 100)
    assert left(book) == (20, 20)
    ends()


def test_many_entries_are_posted_in_few_statements(network, now, django_assert_max_num_queries) -> None:
    dealers = [network.d1, network.d2, network.d3]
    drafts = [
        Draft(f"{dealer.code}:{each}", Book(dealer.pk), EntryKind.ACCRUAL, lines, DAY)
        for dealer in dealers
        for each in range(40)
        for lines in [transfer(COST, AccountKind.ACCRUAL, Decimal(each + 1))]
    ]
    with django_assert_max_num_queries(16):
        made = services.post_many(drafts=drafts, actor=SYSTEM, now=now)
    assert [entry.key for entry in made] == [draft.key for draft in drafts]
    assert services.post_many(drafts=drafts, actor=SYSTEM, now=now) == made
    for dealer in dealers:
        assert queries.balance(book=Book(dealer.pk), kind=AccountKind.ACCRUAL) == 820


def test_a_statement_runs_from_its_opening_to_its_closing(put, book) -> None:
    put("k1", BANK, DEPOSIT, 100, on=date(2026, 6, 30))
    put("k2", DEPOSIT, VEHICLES, 40, kind=EntryKind.ORDER, on=date(2026, 7, 2))
    put("k3", BANK, DEPOSIT, 5, on=date(2026, 7, 31))
    account = queries.find(book=book, kind=DEPOSIT)
    told = queries.statement(account, since=date(2026, 7, 1), until=date(2026, 7, 30))
    assert (told.opening, [row.amount for row in told.rows], told.closing) == (100, [-40], 60)
    assert [row.after for row in queries.movements(account)] == [65, 60, 100]
