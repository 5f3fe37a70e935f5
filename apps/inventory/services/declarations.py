"""A dealer's own month-end count is compared with the book; a report that does not agree is rejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch, ImportRow
from apps.core.spreadsheet.errors import Phrase
from apps.inventory import policies, queries
from apps.inventory.models import StockDeclaration
from apps.inventory.rules import StockReport
from apps.inventory.services import posting
from apps.inventory.services.posting import FEED
from apps.kernel.period import Month
from apps.metrics import services as metrics

KIND = "inventory.declaration"
LINES = ("start", "receipts", "retail", "transfers_out", "transfers_in", "adjustments", "end")
_BROKEN = gettext_noop(
    "The lines give %(expected)s at month end, the report says %(end)s: a difference of %(difference)s."
)
_NOT_BOOKED = gettext_noop(
    "The book says %(booked)s, the report %(reported)s: a difference of %(difference)s. "
    "Record the missing movement or an adjustment first."
)


def differences(given: Mapping[str, int | None], book: StockReport) -> dict[str, Phrase]:
    """What keeps a report from agreeing: its own identity, else the lines that differ from the book.

    A line that is not given counts as the book has it; `end` must be given. Source: §1.1, identity.
    """
    lines = {name: given.get(name) for name in LINES}
    report = StockReport(
        **{name: getattr(book, name) if value is None else value for name, value in lines.items()}
    )
    stated = all(value is not None for value in lines.values())
    if stated and report.difference:
        params = {"expected": report.expected_end, "end": report.end, "difference": signed(report.difference)}
        return {"end": Phrase(_BROKEN, params)}
    return {
        name: Phrase(
            _NOT_BOOKED,
            {"booked": getattr(book, name), "reported": getattr(report, name), "difference": signed(gap)},
        )
        for name, gap in report.against(book).items()
    }


def signed(units: int) -> str:
    """A difference with its sign."""
    return f"{units:+d}".replace("-", "−")


@transaction.atomic
def declare_stock(
    *, dealer_id: int, month: Month, lines: Mapping[str, int | None], actor: Actor, now: datetime
) -> StockDeclaration:
    """Take a month-end count that agrees with the book, and note the stock feed of the month.

    Errors: `not_found`, `stock_difference` with the difference of every line. Declaring again replaces.
    """
    posting.allow(actor, policies.RECORD, [dealer_id])
    book = queries.book(dealer_id, month)
    wrong = differences(lines, book)
    if wrong:
        raise DomainError("stock_difference", next(iter(wrong.values())), fields=wrong)
    row, _new = StockDeclaration.objects.update_or_create(
        dealer_id=dealer_id,
        period=month.first,
        defaults={
            "end_units": book.end,
            "lines": {name: getattr(book, name) for name in LINES},
            "declared_at": now,
            "declared_by": actor.label,
        },
    )
    metrics.mark_reported(feed=FEED, pairs=[(dealer_id, month)], source=actor.label, now=now)
    audit.record(actor=actor, action=policies.RECORD, obj=row, now=now, after=row.lines)
    return row


def declaration_problems(rows: Sequence[Mapping[str, Any]]) -> list[RowProblem]:
    """The rows whose counts do not agree with the book, line by line; agreed ones that are known already."""
    found: list[RowProblem] = []
    for row in rows:
        month = Month.of(row["month"])
        book = queries.book(row["dealer_id"], month)
        wrong = differences({name: row.get(name) for name in LINES}, book)
        found += [
            RowProblem(row["row_no"], name, "stock_difference", text, value=str(row.get(name)))
            for name, text in wrong.items()
        ]
        if not wrong and queries.declared(row["dealer_id"], month) == book.end:
            found.append(RowProblem(row["row_no"], "end", SAME, ""))
    return found


@transaction.atomic
def take_declarations(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Declare the counts of the good staged rows of an import."""
    created = same = 0
    rows = ImportRow.objects.filter(batch=batch, kind=KIND, errors=[]).order_by("row_no")
    for data in rows.values_list("data", flat=True):
        month = Month.parse(data["month"][:7])
        lines = {name: data.get(name) for name in LINES}
        known = queries.declared(data["dealer_id"], month) is not None
        declare_stock(dealer_id=data["dealer_id"], month=month, lines=lines, actor=actor, now=now)
        created, same = (created, same + 1) if known else (created + 1, same)
    return Committed(created=created, same=same)
