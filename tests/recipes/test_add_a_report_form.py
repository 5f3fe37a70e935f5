"""The recipe of a report form: what it prints is declared, written, read, checked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.reports import registry
from apps.reports.rules import checking
from apps.reports.rules.declaration import Content, Context
from apps.reports.rules.layout import layout_of
from apps.reports.workbooks import reading, writing
from apps.reports.workbooks.head import Head


def test_one_declaration_is_a_form_with_template_reading_and_checks(
    write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_forms", dict(registry._forms))
    form = write("add-a-report-form.md", "apps/sales/report_forms.py").TEST_DRIVES
    assert registry.form("sales.test_drives") is form
    head = Head(form.code, form.version, "D001", "D001", "2026-06")
    typed = Content({"booked": 40, "driven": 50})
    found = reading.read(form, head, writing.write(form, head, writing.Filled(typed)), "a.xlsx")
    assert found.findings == []
    content = checking.derived(form, found.content)
    assert content.values["kept"] == Decimal("1.2500")
    faults = checking.check(form, content, Context())
    assert [(each.code, found.address(layout_of(form), each)) for each in faults] == [
        ("driven_of_booked", "B8")
    ]
