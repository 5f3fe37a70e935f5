"""The plain form of a report's content, as it is stored and as the API speaks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from apps.reports.rules.declaration import Content, Field, Finding, Kind, Level, ReportForm, Value


def encode(content: Content) -> dict[str, Any]:
    """Plain values: numbers and dates as text, nothing for what is missing."""
    return {
        "values": {code: plain(value) for code, value in content.values.items()},
        "notes": {code: note for code, note in content.notes.items() if note},
        "tables": {
            section: [{column: plain(value) for column, value in row.items()} for row in rows]
            for section, rows in content.tables.items()
            if rows
        },
    }


def plain(value: Value) -> str:
    """One value as text."""
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def decode(form: ReportForm, stored: Mapping[str, Any]) -> Content:
    """The content of its plain form; what the form does not ask (any more) is left out."""
    values = {
        each.code: typed(each, stored["values"][each.code])
        for each in form.lines()
        if each.code in stored.get("values", {})
    }
    tables = {
        section.code: tuple(
            {each.code: typed(each, row[each.code]) for each in section.fields if each.code in row}
            for row in stored.get("tables", {}).get(section.code, ())
        )
        for section in form.tables()
    }
    known = form.by_code
    notes = {code: note for code, note in stored.get("notes", {}).items() if code in known}
    return Content(values, notes, tables)


def typed(each: Field, text: str) -> Value:
    """The value of its plain text."""
    if each.kind is Kind.INTEGER:
        return int(Decimal(text))
    if each.numeric:
        return Decimal(text)
    return date.fromisoformat(text) if each.kind is Kind.DATE else text


def encode_findings(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings in plain form."""
    return [
        {
            "code": each.code,
            "level": each.level.value,
            "field": each.field,
            "row": each.row,
            "note": each.note,
            "message": each.message,
            "params": {key: _param(value) for key, value in each.params.items()},
            "value": each.value,
        }
        for each in findings
    ]


def _param(value: Any) -> Any:
    return value if isinstance(value, (int, str, dict)) else str(value)


def decode_findings(stored: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """The findings of their plain form."""
    return [
        Finding(
            each["code"],
            Level(each["level"]),
            each["field"],
            each["message"],
            each["params"],
            each["row"],
            each["note"],
            each["value"],
        )
        for each in stored
    ]
