# ruff: noqa: N999 -- the command is called import
"""A: 20,000 deliveries in 13 columns from an xlsx, 200 of them wrong, every error listed, the others taken.

The floor reads with calamine, checks each row in one loop, and COPYs the good ones into the table of facts.
The product guards the file, matches headings, checks, stages, takes the good rows, registers cars, audits.
"""

from __future__ import annotations

import io
import sys
from datetime import date
from functools import partial

import xlsxwriter
from django.utils import timezone

from apps.accounts import queries as accounts
from apps.accounts.models import User
from apps.core.access import Actor
from apps.core.imports import services as imports
from apps.demo.rules import CATALOGUE, vin
from bench import data, harness, import_floor

NAME = "import"
TARGET = 0.5
ROWS = 20_000
WRONG_EVERY = 100
HEADINGS = (
    "销售单号", "经销商代码", "交车日期", "车架号", "车型", "配置", "颜色", "成交价", "指导价", "开票日期",
    "渠道", "客户类型", "销售区域",
)  # fmt: skip
MISTAKES = ((1, "D?"), (2, "someday"), (7, -1), (10, "by post"), (0, None))
WRITTEN = (
    "sales_retaildelivery, vehicles_vehicle, core_importrow, core_importbatch, core_storedfile, "
    "metrics_feedstatus"
)


def main() -> int:
    """Both take the same file; both find the same wrong rows and leave the same facts."""
    size = harness.scale(NAME)
    rows = round(ROWS * size)
    with harness.scratch(NAME):
        data.network(max(20, round(300 * size)))
        actor = accounts.actor_for(User.objects.get(username="hq_ops"), on=timezone.localdate())
        book = _workbook(rows)
        wrong = len(range(0, rows, WRONG_EVERY))
        works = {
            "floor": partial(_floor, book, rows - wrong, wrong),
            "product": partial(_product, book, actor, rows - wrong, wrong),
        }
        taken = harness.by_turns(works, before=_reset)
        for label, seconds in taken.items():
            print(f"  {label}: {rows / seconds:,.0f} rows/s")
    speed = harness.Part("rows a second", taken["floor"] / taken["product"], TARGET, at_least=True)
    return harness.conclude(NAME, speed)


def _floor(book: bytes, good: int, wrong: int) -> None:
    errors = import_floor.take(book)
    assert len({row for row, _column, _message in errors}) == wrong
    assert _facts() == good


def _product(book: bytes, actor: Actor, good: int, wrong: int) -> None:
    batch = imports.upload(
        kind="sales.retail",
        content=book,
        name="deliveries.xlsx",
        actor=actor,
        now=timezone.now(),
        wish=imports.Wish(mode="good", wait=True),
    )
    assert (batch.status, batch.bad_rows, batch.created_facts) == ("committed", wrong, good)


def _facts() -> int:
    return int(data.row("SELECT count(*) FROM sales_retaildelivery")[0])


def _reset(label: str) -> None:
    harness.execute(f"TRUNCATE {WRITTEN} CASCADE")
    harness.settle(*WRITTEN.split(", "))


def _workbook(rows: int) -> bytes:
    """The uploaded file."""
    dealers = data.row("SELECT array_agg(code ORDER BY code) FROM dealers_dealer")[0]
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADINGS)
    for number in range(rows):
        for place, value in enumerate(_row(number, dealers)):
            sheet.write(number + 1, place, value, day if isinstance(value, date) else None)
    book.close()
    return target.getvalue()


def _row(number: int, dealers: list[str]) -> list[object]:
    """One delivery; every hundredth has one wrong cell."""
    car = CATALOGUE[number % len(CATALOGUE)]
    day = date(2026, 1 + number % 6, 1 + number % 28)
    price = 90_000 + number * 37 % 90_000
    row: list[object] = [
        f"XS{number:08d}", dealers[number % len(dealers)], day, vin(1 + number % 99, number, car, 2025),
        car.name, car.trims[0][0], ("珍珠白", "极夜黑")[number % 2], price, price + 10_000, day,
        ("展厅", "线上")[number % 2], ("个人", "企业")[number % 2], "华东",
    ]  # fmt: skip
    if number % WRONG_EVERY == 0:
        place, value = MISTAKES[number // WRONG_EVERY % len(MISTAKES)]
        row[place] = value
    return row


if __name__ == "__main__":
    sys.exit(main())
