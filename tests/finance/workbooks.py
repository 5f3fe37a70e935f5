"""The statement's workbook in the hands of a store: the June of story S2 and its six faults."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

from apps.finance.report_forms import MONTHLY
from apps.reports.rules.layout import NOTE, layout_of
from tests.finance.rows import statement

LAYOUT = layout_of(MONTHLY)
JUNE: dict[str, int] = {"B13": 27_677_000, "B14": 123_000, "E50": 91_600, "E80": 18_400, "G112": 0}
"""Where the story's June differs from the sound month: stock split, expense split, and a loss on new cars."""
NOTED = {"E32": "新增设备折旧"}
ACCOUNT = ("6602.09", "其他管理费用", 18_400)


def june(**changed: Any) -> dict[str, Any]:
    """The lines of the story's June: absorption 1,260,000 / 1,500,000."""
    return {code: int(value) for code, value in statement(**JUNE).items()} | changed


def filled(
    template: bytes,
    lines: dict[str, Any],
    *,
    notes: dict[str, str] | None = None,
    period: str | None = None,
    account: tuple[str, str, int] | None = ACCOUNT,
) -> bytes:
    """The template with these lines typed in by whoever keeps the store's books."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book.worksheets[-1]
    for code, value in lines.items():
        sheet.cell(*LAYOUT.place(code)).value = value
    for code, text in (NOTED | (notes or {})).items():
        row, _column = LAYOUT.place(code)
        sheet.cell(row, NOTE).value = text
        sheet.cell(row, NOTE).data_type = "s"  # typed as text, even when it begins with =
    if period is not None:
        sheet.cell(*LAYOUT.place("@period")).value = period
    for column, value in zip(("account", "name", "amount"), account or (), strict=False):
        sheet.cell(*LAYOUT.place(f"accounts.{column}", 1)).value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def six_faults(template: bytes) -> bytes:
    """(a) assets that do not balance, (b) full-width digits, (c) a loss on new cars without a word,
    (d) an empty cost of labour, (e) another month, (f) an account without a line."""
    lines = june(B20=16_300_000, B14="１２３，０００", C31=None)
    return filled(template, lines, period="2026-05")
