"""Delimited text in the encodings and shapes that people really send."""

from __future__ import annotations

import pytest

from apps.core.spreadsheet import reading
from apps.core.spreadsheet.errors import FileRefused

CHINESE = "经销商,城市,台数\nD001,上海,１２\nD002,呼和浩特,7\n"
ROWS = [(2, ("D001", "上海", "１２")), (3, ("D002", "呼和浩特", "7"))]


def read(data: bytes, name: str = "月报.csv", **options) -> reading.Table:
    return reading.read_table(data, name, **options)


@pytest.mark.parametrize(
    ("encoding", "prefix", "named"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("gbk", b"", "gb18030"),
        ("gb18030", b"", "gb18030"),
        ("utf-16-le", b"\xff\xfe", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
    ],
)
def test_encodings(encoding, prefix, named):
    table = read(prefix + CHINESE.encode(encoding))
    assert (table.header, table.rows, table.encoding) == (("经销商", "城市", "台数"), ROWS, named)
    assert (table.sheet, table.sheets, table.delimiter) == ("月报", ("月报",), ",")
    assert [warning.code for warning in table.warnings] == (
        ["encoding_guessed"] if named == "gb18030" else []
    )


def test_characters_beyond_gbk_in_gb18030():
    assert read("姓名,城\n㐂,𠮷\n".encode("gb18030")).rows == [(2, ("㐂", "𠮷"))]


def test_mojibake_is_kept():
    assert read("Engine,Colour\nDoubleÂ\xa0Overhead,Black\n".encode()).rows == [
        (2, ("DoubleÂ\xa0Overhead", "Black"))
    ]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("名,值\n上海,1\n".encode("utf-16-le"), 1),
        ("a,b\n中国人民都在这里\n".encode() * 40 + b"\xe4\xb8,1\n", 81),
        (b"caf\xe9,b\n1,2\n", 1),
        (b"\xff\xfea\x00,\x00b\x00\n", 1),
    ],
)
def test_broken_encodings_are_refused_with_the_line(data, line):
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert refused.value.code in ("wrong_encoding", "not_a_table")
    if refused.value.code == "wrong_encoding":
        assert refused.value.params["line"] == line


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(delimiter):
    lines = [["Dealer", "Name, full", "Price"], ["D001", "Müller; Söhne | x", "1,5"], ["D002", "b\tc", "2,5"]]
    quoted = "\r\n".join(delimiter.join(f'"{field}"' for field in line) for line in lines)
    table = read(quoted.encode())
    assert table.delimiter == delimiter
    assert table.header == tuple(lines[0])
    assert [list(line.values) for line in table.rows] == lines[1:]


def test_decimal_commas_do_not_win_over_semicolons():
    table = read(b"dealer;price\nD1;1,5\nD2;2,5\nD3;3,5\n")
    assert (table.delimiter, table.rows[0].values) == (";", ("D1", "1,5"))


def test_a_single_column_is_a_table():
    assert read(b"vin\nLSVAA\nLSVBB\n").rows == [(2, ("LSVAA",)), (3, ("LSVBB",))]


def test_quoted_numbers_line_breaks_and_blank_lines_keep_row_numbers():
    table = read(b'a,b\n"8,872","x\ny"\n\n1,2\n')
    assert table.rows == [(2, ("8,872", "x\ny")), (4, ("1", "2"))]


def test_values_and_names_are_not_trimmed():
    table = read(b"Dealer_No ,b\n  x ,\xc2\xa0y\n")
    assert (table.header, table.rows) == (("Dealer_No ", "b"), [(2, ("  x ", "\xa0y"))])


def test_uneven_rows_are_padded_and_longer_ones_reported():
    table = read(b"a,b,c\n1\n1,2,3\n1,2,3,4\n,,,,\n")
    assert table.header == ("a", "b", "c", "")
    assert table.rows == [(2, ("1", "", "", "")), (3, ("1", "2", "3", "")), (4, ("1", "2", "3", "4"))]
    assert [(warning.code, warning.phrase.params) for warning in table.warnings] == [
        ("uneven_rows", {"count": 1, "row": 4})
    ]


def test_trailing_delimiters_add_no_columns():
    assert read(b"a,b,,\n1,2,,\n").header == ("a", "b")


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b'a,b\n1,2\n"open,3\n4,5\n', "stray_quote", 4),
        (b'a,b\n1,"the "best" car"\n', "stray_quote", 2),
        (b'a,b\n1,"' + b"x" * 200_000 + b'"\n', "long_field", 2),
    ],
)
def test_text_that_would_be_cut_or_shifted_is_refused(data, code, line):
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert (refused.value.code, refused.value.params["line"]) == (code, line)


def test_line_ends_of_all_systems():
    for end in (b"\n", b"\r\n", b"\r"):
        assert read(end.join([b"a,b", b"1,2", b"3,4"])).rows == [(2, ("1", "2")), (3, ("3", "4"))]
