"""The floor of an import: calamine, one loop of checks, COPY into the table of facts."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction
from python_calamine import CalamineWorkbook

from bench import data

Error = tuple[int, str, str]

_CHANNELS = {"展厅": "showroom", "二网": "second_tier", "线上": "online", "大客户": "fleet", "其他": "other"}
_CUSTOMERS = {"个人": "private", "企业": "company", "政府": "government", "租赁": "rental", "员工": "staff"}
_LETTERS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10),
                    *range(10)), strict=True))  # fmt: skip
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
    heading, *rows = sheet.to_python()
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
    found = []
    if not row[0] or row[0] in seen:
        found.append((0, "missing or repeated"))
    seen.add(row[0])
    if row[1] not in dealers:
        found.append((1, "unknown dealer"))
    for place in (2, 9):
        if not isinstance(row[place], date) or not date(2000, 1, 1) <= row[place] <= data.LAST.last:
            found.append((place, "not a date of the past"))
    if row[3] and not _vin_is_right(row[3]):
        found.append((3, "not a VIN"))
    if row[4] and row[4] not in models:
        found.append((4, "unknown model"))
    for place in (7, 8):
        if not isinstance(row[place], float) or not 0 <= row[place] < 1e12:
            found.append((place, "not an amount"))
    if row[10] not in _CHANNELS:
        found.append((10, "unknown channel"))
    if row[11] not in _CUSTOMERS:
        found.append((11, "unknown customer type"))
    return found


def _vin_is_right(vin: str) -> bool:
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
