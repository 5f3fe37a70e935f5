"""A released batch as a file for the bank or ERP, with control totals that show whether all of it arrived."""

from __future__ import annotations

import io
from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.kit.export import XLSX
from apps.core.spreadsheet import writing
from apps.core.spreadsheet.writing import ColumnSpec, SheetSpec
from apps.incentives.models import Payment, PaymentBatch
from apps.incentives.queries import payments as queries
from apps.incentives.rules.paying import BatchState

CSV = "text/csv; charset=utf-8"


def file(row: PaymentBatch, kind: str, *, actor: Actor, now: datetime) -> HttpResponse:
    """The payments of a batch as `xlsx` or `csv`; 404 before it is released."""
    if row.state not in (BatchState.RELEASED, BatchState.CLOSED):
        raise Http404
    buffer = io.BytesIO()
    payments = list(queries.sendable(row))
    totals = queries.totals_of(row)
    if kind == "csv":
        rows = [_line(each) for each in payments]
        last = [_("Total"), "", f"{totals.count}", totals.amount, "CNY", row.sha256]
        writing.write_csv(buffer, _columns(), [*rows, last])
    else:
        orders = SheetSpec(_("Payments"), _columns(), [_line(each) for each in payments])
        figures = [ColumnSpec("label", _("Figure")), ColumnSpec("value", _("Value"), "mixed")]
        control = [
            (_("Batch no."), row.number),
            (_("Paid by"), str(row.get_form_display())),
            (_("Number of payments"), totals.count),
            (_("Sum of payments (¥)"), totals.amount),
            (_("Prepared by"), row.created_by),
            (_("Released by"), row.released_by),
            (_("Hash of the content"), row.sha256),
        ]
        writing.write_workbook(buffer, [orders, SheetSpec(_("Control totals"), figures, control)])
    audit.record_taken(
        actor=actor,
        action="core.export",
        kind=Payment,
        label=row.number,
        now=now,
        after={"file": kind, "total_rows": totals.count, "amount": totals.amount},
    )
    answer = HttpResponse(buffer.getvalue(), content_type=CSV if kind == "csv" else XLSX)
    answer["Content-Disposition"] = str(content_disposition_header(True, f"{row.number}.{kind}"))
    return answer


def _columns() -> list[ColumnSpec]:
    return [
        ColumnSpec("reference", _("Payment no.")),
        ColumnSpec("dealer_code", _("Dealer code")),
        ColumnSpec("dealer", _("Dealer")),
        ColumnSpec("amount", _("Amount"), "money"),
        ColumnSpec("currency", _("Currency")),
        ColumnSpec("purpose", _("Purpose")),
    ]


def _line(row: Payment) -> list[object]:
    purpose = _("Rebate %(batch)s") % {"batch": row.batch.number}
    return [row.reference, row.dealer.code, row.dealer.name, row.amount, "CNY", purpose]
