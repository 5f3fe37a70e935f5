"""A dealer's own month-end count is compared with the book; a report that does not agree is rejected."""

from __future__ import annotations

from collections import Counter
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
from apps.periods import queries as periods

KIND = "inventory.declaration"
LINES = ("start", "receipts", "retail", "transfers_out", "transfers_in", "adjustments", "end")
_BROKEN = gettext_noop(
    "The lines give %(expected)s at month end, the report says %(end)s: a difference of %(difference)s."
)
_NOT_BOOKED = gettext_noop(
    "The book says %(booked)s, the report %(reported)s: a difference of %(difference)s. "
    "Record the missing movement or an adjustment first."
)
_COUNTED = gettext_noop(
    "%(counted)s vehicles were counted at the end of %(month)s and agreed with the book; with this receipt "
    "the book would say %(booked)s: a difference of %(difference)s. Take that count back first."
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


def counted_problems(rows: Sequence[Mapping[str, Any]]) -> list[RowProblem]:
    """Arrivals after which a month-end count would not agree with the book any more. Source: §1.1, identity.

    A count holds until it is taken back (`withdraw_declaration`).
    """
    counts = queries.counted({row["dealer_id"] for row in rows})
    dated = [row for row in rows if row["received_on"] and row["dealer_id"] in counts]
    calendar = periods.business_calendar()
    posted = periods.posting_months({row["received_on"] for row in dated}, FEED)
    broken: list[tuple[Mapping[str, Any], Month]] = []
    coming: Counter[tuple[int, Month]] = Counter()
    for row in dated:
        since = posted[calendar.month_of(row["received_on"])]
        later = sorted(month for month in counts[row["dealer_id"]] if month >= since)
        coming.update((row["dealer_id"], month) for month in later)
        broken += [(row, month) for month in later[:1]]
    found = []
    for row, month in broken:
        counted, more = counts[row["dealer_id"]][month], coming[row["dealer_id"], month]
        params = {
            "counted": counted,
            "month": str(month),
            "booked": counted + more,
            "difference": signed(more),
        }
        found.append(RowProblem(row["row_no"], "received_on", "stock_difference", Phrase(_COUNTED, params)))
    return found


@transaction.atomic
def withdraw_declaration(*, declaration: StockDeclaration, actor: Actor, now: datetime) -> None:
    """Take a month-end count back, because the book it agreed with was not complete. Errors: `not_found`."""
    posting.allow(actor, policies.ADJUST, [declaration.dealer_id])
    audit.record(
        actor=actor, action=policies.ADJUST, obj=declaration, now=now, before=declaration.lines, after=None
    )
    declaration.delete()


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
