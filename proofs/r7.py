"""R7: a million postings sum to zero, nothing unbalanced is accepted, nobody spends what is not there."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

from proofs.arena import Report, arena, arguments

PLANT = (
    "ALTER TABLE ledger_posting DISABLE TRIGGER ledger_post; "
    "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_balanced"
)
KINDS = ("bank", "deposit", "rebate_wallet", "rebate_cost", "vehicles")
BATCH = 5_000
_ENTRY = """
INSERT INTO ledger_entry (key, digest, kind, currency, amount, lines, occurred_on, period, recorded_at,
                          recorded_by, target_label, note)
VALUES %s RETURNING id
"""
_POSTING = "INSERT INTO ledger_posting (entry_id, line, account_id, amount) VALUES %s"
Sides = list[tuple[str, Decimal]]


class Ledger:
    """The maker's own book of a fresh data base, written to without any code of the product between."""

    def __init__(self, address: str, start: int = 0) -> None:
        self.address = address
        self.connection = psycopg2.connect(address)
        self.accounts = self._open()
        self.count = start

    def _open(self) -> dict[str, int]:
        with self.connection, self.connection.cursor() as cursor:
            execute_values(
                cursor,
                "INSERT INTO ledger_account (kind, currency, opened_at) VALUES %s ON CONFLICT DO NOTHING",
                [(kind,) for kind in KINDS],
                template="(%s, 'CNY', now())",
            )
            cursor.execute(
                "INSERT INTO ledger_account (kind, currency, opened_at) VALUES ('points', 'PTS', now()) "
                "ON CONFLICT DO NOTHING"
            )
            cursor.execute("SELECT kind, id FROM ledger_account")
            return dict(cursor.fetchall())

    def write(self, cursor: Any, entries: list[tuple[str, Sides, int]]) -> list[int]:
        """Insert entries (kind, sides, lines announced) with their postings; answers their keys."""
        rows = []
        for kind, sides, lines in entries:
            self.count += 1
            amount = sum((each for _account, each in sides if each > 0), Decimal(0)) or Decimal(1)
            rows.append((f"proof:{self.count}", kind, amount, lines))
        template = "(%s, '', %s, 'CNY', %s, %s, '2026-07-01', '2026-07-01', now(), '', '', '')"
        keys = [key for (key,) in execute_values(cursor, _ENTRY, rows, template, 10_000, fetch=True)]
        postings = [
            (key, line, self.accounts[account], amount)
            for key, (_kind, sides, _lines) in zip(keys, entries, strict=True)
            for line, (account, amount) in enumerate(sides, 1)
        ]
        if postings:
            execute_values(cursor, _POSTING, postings, page_size=100_000)
        return keys

    def tried(self, work: Callable[[Any], object], *, as_web: bool) -> bool:
        """Whether the data base accepts some work in a transaction of its own."""
        try:
            with self.connection, self.connection.cursor() as cursor:
                if as_web:
                    cursor.execute("SELECT set_config('dealerops.everything', 'on', true)")
                    cursor.execute("SET LOCAL ROLE dealerops_web")
                work(cursor)
        except psycopg2.Error:
            return False
        return True

    def one(self, sql: str) -> Any:
        """The single value a statement answers."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]


def main() -> int:
    """Post, try what must be refused, race for the last amount, and count everything anew."""
    options = arguments("R7")
    report = Report("R7", options.seed)
    postings, wrong = (20_000, 60) if options.quick else (1_000_000, 1_000)
    with arena() as place:
        place.create()
        address = place.clone()["DATABASE_URL"]
        try_all(report, address, random.Random(options.seed), postings, wrong, planted=options.plant)
    return report.close()


def try_all(
    report: Report,
    address: str,
    rng: random.Random,
    postings: int,
    wrong: int,
    *,
    planted: bool = False,
    start: int = 0,
) -> None:
    """All of it on the data base of an address; `start` keeps the keys of a second time apart."""
    ledger = Ledger(address, start)
    _post(ledger, postings // 2, rng)
    _sums_agree(ledger, report, "after posting")
    if planted:
        with ledger.connection, ledger.connection.cursor() as cursor:
            cursor.execute(PLANT)
    _try_wrong(ledger, report, rng, wrong)
    _race(ledger, report)
    _sums_agree(ledger, report, "at the end")
    ledger.connection.close()


def _try_wrong(ledger: Ledger, report: Report, rng: random.Random, count: int) -> None:
    for number in range(count):
        kind = WRONG[number % len(WRONG)]
        accepted = ledger.tried(lambda cursor, kind=kind: kind(ledger, cursor, rng), as_web=bool(number % 2))
        report.expect(not accepted, f"{kind.__name__} was accepted")


def _post(ledger: Ledger, entries: int, rng: random.Random) -> None:
    """Payments, rebates and orders; what is spent was paid in before."""
    for start in range(0, entries, BATCH):
        drafts: list[tuple[str, Sides, int]] = []
        for number in range(start, min(start + BATCH, entries)):
            amount = Decimal(rng.randrange(1, 10_000_000)) / 100
            sides = {
                0: [("bank", -amount), ("deposit", amount)],
                1: [("rebate_cost", -amount), ("rebate_wallet", amount)]
                if number % 100 == 1
                else [("bank", -amount), ("deposit", amount)],
                2: [("deposit", -amount / 20), ("vehicles", amount / 20)],
            }[number % 3]
            sides = [(account, each.quantize(Decimal("0.01"))) for account, each in sides]
            drafts.append(("top_up", [side for side in sides if side[1]], 2))
        with ledger.connection, ledger.connection.cursor() as cursor:
            ledger.write(cursor, [draft for draft in drafts if len(draft[1]) == 2])


def a_fen_too_much(ledger: Ledger, cursor: Any, rng: random.Random) -> None:
    """An entry whose sides differ by a fen."""
    ledger.write(cursor, [("top_up", [("bank", Decimal("-5.00")), ("deposit", Decimal("5.01"))], 2)])


def one_side_only(ledger: Ledger, cursor: Any, rng: random.Random) -> None:
    """An entry without its second side."""
    ledger.write(cursor, [("top_up", [("deposit", Decimal(5))], 2)])


def nothing_at_all(ledger: Ledger, cursor: Any, rng: random.Random) -> None:
    """An entry without any side."""
    ledger.write(cursor, [("top_up", [], 2)])


def one_more_side(ledger: Ledger, cursor: Any, rng: random.Random) -> None:
    """Two more sides for an entry that is complete, which balance."""
    rows = [(1, 3, ledger.accounts["bank"], -1), (1, 4, ledger.accounts["deposit"], 1)]
    execute_values(cursor, _POSTING, rows)


def points_for_yuan(ledger: Ledger, cursor: Any, rng: random.Random) -> None:
    """Points and yuan in one entry."""
    ledger.write(cursor, [("top_up", [("points", Decimal(-5)), ("deposit", Decimal(5))], 2)])


def more_than_there_is(ledger: Ledger, cursor: Any, rng: random.Random) -> None:
    """More from the wallet than is on it."""
    amount = Decimal("1000000000.00")
    ledger.write(cursor, [("order", [("rebate_wallet", -amount), ("vehicles", amount)], 2)])


def another_amount(ledger: Ledger, cursor: Any, rng: random.Random) -> None:
    """Another amount for a posting that is there."""
    cursor.execute("UPDATE ledger_posting SET amount = amount + 1 WHERE id = 1")


def a_balance_by_hand(ledger: Ledger, cursor: Any, rng: random.Random) -> None:
    """A balance nobody paid for."""
    cursor.execute("UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'deposit'")


def gone(ledger: Ledger, cursor: Any, rng: random.Random) -> None:
    """An entry deleted with its postings."""
    cursor.execute("DELETE FROM ledger_posting WHERE entry_id = 1; DELETE FROM ledger_entry WHERE id = 1")


WRONG = (
    a_fen_too_much,
    one_side_only,
    nothing_at_all,
    one_more_side,
    points_for_yuan,
    more_than_there_is,
    another_amount,
    a_balance_by_hand,
    gone,
)


def _race(ledger: Ledger, report: Report) -> None:
    """Eight at once want 60 % of what is on the wallet: one gets it."""
    left = ledger.one("SELECT balance FROM ledger_account WHERE kind = 'rebate_wallet'")
    part = (left * Decimal("0.6")).quantize(Decimal("0.01"))
    gate = threading.Barrier(8)
    won: list[bool] = []

    def want(number: int) -> None:
        mine = object.__new__(Ledger)
        mine.address, mine.accounts, mine.count = ledger.address, ledger.accounts, 10_000_000 * number
        mine.connection = psycopg2.connect(ledger.address)
        gate.wait()
        sides = [("rebate_wallet", -part), ("vehicles", part)]
        won.append(mine.tried(lambda cursor: mine.write(cursor, [("order", sides, 2)]), as_web=False))
        mine.connection.close()

    threads = [threading.Thread(target=want, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report.expect(sum(won) == 1, f"{sum(won)} of 8 got 60 % of what was there")


def _sums_agree(ledger: Ledger, report: Report, when: str) -> None:
    total = ledger.one("SELECT coalesce(sum(amount), 0) FROM ledger_posting")
    report.expect(total == 0, f"{when}: the trial balance is {total}")
    off = ledger.one(
        "SELECT count(*) FROM ledger_account AS a WHERE balance <> "
        "(SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE account_id = a.id)"
    )
    report.expect(off == 0, f"{when}: {off} balances differ from their postings")
    lots = ledger.one(
        "SELECT count(*) FROM ledger_account AS a WHERE kind = 'rebate_wallet' AND greatest(balance, 0) <> "
        "(SELECT coalesce(sum(remaining), 0) FROM ledger_lot WHERE account_id = a.id)"
    )
    report.expect(lots == 0, f"{when}: the lots of {lots} wallets differ from their balance")


if __name__ == "__main__":
    sys.exit(main())
