"""The floor of an import: calamine, one loop of checks, COPY into the table of facts."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any, cast

from django.db import connection, transaction
from python_calamine import CalamineWorkbook

from bench import data

Error = tuple[int, str, str]

_CHANNELS = {"展厅": "showroom", "二网": "second_tier", "线上": "online", "大客户": "fleet", "其他": "other"}
_CUSTOMERS = {"个人": "private", "企业": "company", "政府": "government", "租赁": "rental", "员工": "staff"}
_LETTERS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10),
                    *range(10)), strict=True))  # fmt: skip
_EARLIEST, _LATEST = date(2000, 1, 1), data.LAST.last
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_COPY = """
COPY sales_retaildelivery (source, external_id, dealer_id, occurred_on, period, vin, model_id, model_text,
     trim_text, colour, price_amount, list_amount, invoiced_on, channel, customer_type, region_text, quantity,
     recorded_at) FROM STDIN
"""


@transaction.atomic
def take(book: bytes) -> list[Error]:
    """Store the good rows of a workbook; answers every error with its row and column."""
    dealers = dict(data.row("SELECT array_agg(ARRAY[code, id::text]) FROM dealers_dealer")[0])
    models = dict(data.row("SELECT array_agg(ARRAY[name, id::text]) FROM vehicles_carmodel")[0])
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    heading, *rows = cast("list[list[Any]]", sheet.to_python())
    errors: list[Error] = []
    seen: set[str] = set()
    lines = []
    for number, row in enumerate(rows, 2):
        wrong = [(number, heading[place], text) for place, text in _problems(row, dealers, models, seen)]
        errors += wrong
        if not wrong:
            lines.append(_line(row, dealers, models))
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, io.StringIO("".join(lines)))
    return errors


def _problems(
    row: list[Any], dealers: dict[str, str], models: dict[str, str], seen: set[str]
) -> list[tuple[int, str]]:
    known = row[0] in seen
    seen.add(row[0])
    checks = (
        (0, row[0] and not known, "missing or repeated"),
        (1, row[1] in dealers, "unknown dealer"),
        (2, _is_past(row[2]), "not a date of the past"),
        (3, _is_vin(row[3]), "not a VIN"),
        (4, row[4] in models, "unknown model"),
        (7, _is_amount(row[7]), "not an amount"),
        (8, _is_amount(row[8]), "not an amount"),
        (9, _is_past(row[9]), "not a date of the past"),
        (10, row[10] in _CHANNELS, "unknown channel"),
        (11, row[11] in _CUSTOMERS, "unknown customer type"),
    )
    return [(place, text) for place, right, text in checks if not right]


def _is_past(cell: Any) -> bool:
    return isinstance(cell, date) and _EARLIEST <= cell <= _LATEST


def _is_amount(cell: Any) -> bool:
    return isinstance(cell, float) and 0 <= cell < 1e12


def _is_vin(vin: str) -> bool:
    try:
        check = sum(_LETTERS[letter] * weight for letter, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    except (KeyError, ValueError):
        return False
    return vin[8] == ("X" if check == 10 else str(check))


def _line(row: list[Any], dealers: dict[str, str], models: dict[str, str]) -> str:
    number, dealer, day, vin, model, trim, colour, price, listed, invoiced, channel, customer, region = row
    return (
        f"upload\t{number}\t{dealers[dealer]}\t{day}\t{day:%Y-%m-01}\t{vin}\t{models[model]}\t{model}\t{trim}\t"
        f"{colour}\t{price:.2f}\t{listed:.2f}\t{invoiced}\t{_CHANNELS[channel]}\t{_CUSTOMERS[customer]}\t"
        f"{region}\t1\t{datetime.now(UTC)}\n"
    )
