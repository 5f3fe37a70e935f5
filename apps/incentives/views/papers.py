"""Statements as files: the workbook and the PDF say the same figures as the page, to the fen."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.kit.export import XLSX
from apps.core.spreadsheet import writing
from apps.incentives.models import Statement, StatementLine
from apps.incentives.tables import explaining
from apps.incentives.tables import statements as tables

STYLE = "css/statement.css"
ENGINE = "weasyprint"


def available() -> bool:
    """Whether the PDF writer, an extra of the product, is installed."""
    return find_spec(ENGINE) is not None


def workbook(row: Statement, lines: Iterable[StatementLine], *, actor: Actor, now: datetime) -> HttpResponse:
    """The statement as an xlsx: its figures on one sheet, every car on the next."""
    buffer = io.BytesIO()
    held = list(lines)
    total = sum(line.amount for line in held)
    change = sum(line.change for line in held)
    head = writing.SheetSpec(
        _("Rebate statement"),
        [writing.ColumnSpec("label", _("Figure")), writing.ColumnSpec("value", _("Value"), "mixed")],
        [[str(label), "—" if value is None else value] for label, value in _figures(row)],
    )
    columns = tables.CarTable.columns
    cars = writing.SheetSpec(
        _("Cars"),
        [
            writing.ColumnSpec(each.key, str(each.label), "number" if each.numeric else "text")
            for each in columns
        ],
        [
            *([_plain(each.read(line)) for each in columns] for line in held),
            [_("Total"), *[_totals(each.key, total, change) for each in columns[1:]]],
        ],
    )
    writing.write_workbook(buffer, [head, cars], footer=str(row))
    _taken(row, actor, now, "xlsx", len(held))
    return _file(buffer.getvalue(), XLSX, row, "xlsx")


def pdf(row: Statement, lines: Iterable[StatementLine], *, actor: Actor, now: datetime) -> HttpResponse:
    """The statement as a PDF."""
    engine: Any = import_module(ENGINE)
    held = list(lines)
    told = {
        "object": row,
        "figures": [(label, _said(value)) for label, value in _figures(row)],
        "clauses": explaining.clauses(row),
        "lines": [(line, tables.why(line), tables.line_badge(line)[1]) for line in held],
        "total": sum(line.amount for line in held),
        "change": sum(line.change for line in held),
    }
    text = render_to_string("incentives/statement_print.html", told)
    sheet = engine.CSS(filename=finders.find(STYLE))
    content = engine.HTML(string=text).write_pdf(stylesheets=[sheet])
    _taken(row, actor, now, "pdf", len(held))
    return _file(content, "application/pdf", row, "pdf")


def _figures(row: Statement) -> list[tuple[Any, Any]]:
    return [
        (_("Dealer"), f"{row.dealer.code} {row.dealer.name}"),
        (_("Policy"), tables.version_text(row)),
        (_("Term"), tables.window_text(row)),
        (_("Statement no."), row.number),
        (_("Status"), str(row.get_state_display())),
        (_("As known at"), f"{timezone.localtime(row.known_at):%Y-%m-%d %H:%M}"),
        (_("Cars paid for"), row.included),
        (_("Cars not paid for"), row.excluded),
        (_("of which outside the policy"), tables.outside_text(row)),
        (_("Cars waiting"), row.pending),
        (_("Recomputed (¥)"), row.amount),
        (_("Settled before (¥)"), row.settled_before),
        (_("This statement (¥)"), row.delta),
        (_("To be paid by"), row.promised_on),
        (_("Hash of the content"), row.sha256),
    ]


def _said(value: Any) -> Any:
    """A figure as printed; a missing one is a dash."""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return "—" if value is None else value


def _plain(value: Any) -> Any:
    return str(value[1]) if isinstance(value, tuple) else value


def _totals(key: str, total: Any, change: Any) -> Any:
    return {"amount": total, "change": change}.get(key)


def _taken(row: Statement, actor: Actor, now: datetime, kind: str, count: int) -> None:
    audit.record_taken(
        actor=actor,
        action="core.export",
        kind=StatementLine,
        label=str(row),
        now=now,
        after={"file": kind, "total_rows": count},
    )


def _file(content: bytes, kind: str, row: Statement, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    name = f"{row.dealer.code}-{row.policy.code}-{row.window_first:%Y-%m}-v{row.number}.{ending}"
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    return response
