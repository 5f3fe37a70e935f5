"""Files that are no table or a hostile one: a clear refusal, the reason in the history, no fact."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.core.imports import queries
from apps.core.models import ImportBatch, ImportRow
from apps.core.models.imports import BatchStatus
from apps.dealers.models import Outlet

from .conftest import HEADER, KIND, csv_of, row, xlsx_of


def rezipped(content: bytes, change) -> bytes:
    """A workbook with its sheet changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", 8) as made:
        for name in source.namelist():
            data = source.read(name)
            made.writestr(name, change(data) if name == "xl/worksheets/sheet1.xml" else data)
    return target.getvalue()


def zip_bomb() -> bytes:
    def swell(sheet):
        return sheet.replace(b"</sheetData>", b" " * 120_000_000 + b"</sheetData>")

    return rezipped(xlsx_of(row(1)), swell)


def far_cell() -> bytes:
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return rezipped(xlsx_of(row(1)), lambda sheet: sheet.replace(b"</sheetData>", cell))


def entity() -> bytes:
    head = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet'
    return rezipped(xlsx_of(row(1)), lambda sheet: sheet.replace(b"<worksheet", head, 1))


REFUSED = {
    "empty": (b"", "empty.csv", "empty"),
    "blank": (b"\n\n , ,\n", "blank.csv", "empty"),
    "header only": (csv_of(), "outlets.csv", "no_rows"),
    "zip bomb": (zip_bomb, "bomb.xlsx", "zip_bomb"),
    "far cell": (far_cell, "far.xlsx", "far_cell"),
    "entity": (entity, "entity.xlsx", "unsafe_xml"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 200, "picture.xlsx", "not_a_table"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.xls", "old_excel"),
    "web page": (b"<html><table><tr><td>1</td></tr></table></html>", "table.xls", "web_page"),
    "cut workbook": (lambda: xlsx_of(row(1))[:900], "cut.xlsx", "unreadable"),
    "broken text": (csv_of(row(1))[:-4] + b"\xff\xfe\xff\n", "broken.csv", "wrong_encoding"),
    "control characters": (csv_of(row(1, name="a\x07b")), "control.csv", "not_a_table"),
    "stray quote": (csv_of(row(1)) + b'S002,D001,"open\n', "quote.csv", "stray_quote"),
}


def send(client, content, name, **fields):
    sent = SimpleUploadedFile(name, content() if callable(content) else content)
    return client.post(reverse("core:import-new"), {"kind": KIND, "file": sent, **fields}, follow=True)


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_as_a_whole_with_its_reason(network, hq_ops, client_of, case):
    content, name, code = REFUSED[case]
    client = client_of(hq_ops)
    page = send(client, content, name)
    batch = ImportBatch.objects.get()
    assert (page.status_code, batch.status, batch.refusal["code"]) == (200, BatchStatus.REFUSED, code)
    assert str(queries.refusal(batch)) in page.content.decode()
    assert (ImportRow.objects.count(), Outlet.objects.count()) == (0, 0)
    history = client.get(reverse("core:import-list")).content.decode()
    assert name in history


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le-bom"])
def test_encodings_are_recognised(network, hq_ops, client_of, encoding):
    plain = csv_of(row(1))
    if encoding == "utf-16-le-bom":
        content = b"\xff\xfe" + plain.decode().encode("utf-16-le")
    else:
        content = plain.decode().encode(encoding)
    send(client_of(hq_ops), content, "outlets.csv")
    batch = ImportBatch.objects.get()
    assert (batch.status, batch.good_rows, batch.bad_rows) == (BatchStatus.CHECKED, 1, 0)
    assert ImportRow.objects.get().data["name"] == "门店1"


def test_full_width_digits_are_read(network, hq_ops, client_of):
    cells = row(1, code="Ｓ００１", area="１，２００．５", opened_on="２０２５-０３-０１")
    send(client_of(hq_ops), xlsx_of(cells), "outlets.xlsx")
    data = ImportRow.objects.get().data
    assert (data["code"], data["area"], data["opened_on"]) == ("S001", "1200.50", "2025-03-01")


@pytest.mark.parametrize("epoch", [False, True])
def test_dates_of_both_epochs(network, hq_ops, client_of, epoch):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"date_1904": epoch})
    sheet = book.add_worksheet("门店")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, row(1))
    sheet.write_datetime(1, 3, date(2025, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_row(2, 0, row(2))
    sheet.write_number(2, 3, 45717 - (1462 if epoch else 0))
    book.close()
    send(client_of(hq_ops), buffer.getvalue(), "outlets.xlsx")
    assert [
        data["opened_on"] for data in ImportRow.objects.order_by("row_no").values_list("data", flat=True)
    ] == [
        "2025-03-01",
        "2025-03-01",
    ]


def test_a_lying_dimension_loses_no_row(network, hq_ops, client_of):
    content = rezipped(
        xlsx_of(*[row(number) for number in range(1, 61)]),
        lambda sheet: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B5"', sheet),
    )
    send(client_of(hq_ops), content, "outlets.xlsx")
    batch = ImportBatch.objects.get()
    assert (batch.total_rows, batch.good_rows) == (60, 60)


def test_formulas_without_values_and_excel_errors_are_named(network, hq_ops, client_of):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("门店")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, row(1))
    sheet.write_formula(1, 5, "=1+1", None, "")
    sheet.write_row(2, 0, row(2))
    sheet.write_formula(2, 3, "=1/0", None, "#DIV/0!")
    book.close()
    content = rezipped(buffer.getvalue(), lambda xml: re.sub(rb"<f>1\+1</f><v></v>", b"<f>1+1</f>", xml))
    send(client_of(hq_ops), content, "outlets.xlsx")
    batch = ImportBatch.objects.get()
    found = [(error.address, error.code) for error in queries.errors(batch=batch)]
    assert found == [("F2", "formula_without_value"), ("D3", "error_value")]
    assert (batch.good_rows, batch.bad_rows) == (0, 2)


def test_wrong_columns_ask_for_the_mapping_and_say_so(network, hq_ops, client_of):
    page = send(client_of(hq_ops), b"wheels,doors\n4,5\n4,3\n", "cars.csv")
    batch = ImportBatch.objects.get()
    assert (batch.status, page.status_code) == (BatchStatus.MAPPING, 200)
    assert page.redirect_chain[-1][0] == reverse("core:import-mapping", args=[batch.pk])
    assert "没有一个表头能对应" in page.content.decode()
    assert ImportRow.objects.count() == 0


def test_no_file_is_a_message_on_the_form(network, hq_ops, client_of):
    page = client_of(hq_ops).post(reverse("core:import-new"), {"kind": KIND})
    assert (page.status_code, ImportBatch.objects.count()) == (422, 0)


def test_a_file_over_the_limit_is_a_message_on_the_form(network, hq_ops, client_of, settings):
    settings.UPLOAD_MAX_BYTES = 100
    page = send(client_of(hq_ops), csv_of(*[row(number) for number in range(9)]), "outlets.csv")
    assert (page.status_code, ImportBatch.objects.count()) == (422, 0)
