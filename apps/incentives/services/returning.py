"""What a bank or ERP says of payments, as a file: paid, paid in part, failed with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import Committed, RowProblem, Rows
from apps.core.models import ImportBatch, ImportRow
from apps.incentives.models import Payment
from apps.incentives.rules import paying as rules
from apps.incentives.rules.paying import PaymentState
from apps.incentives.services import paying

IMPORT = "incentives.payment_return"
_UNKNOWN = _("No payment has this number.")
_NOT_SENT = _("This payment was not released.")
_ANSWERED = _("Something else was recorded for this payment already.")
_DAY_NEEDED = _("Say the day it was paid on.")
_AHEAD = _("The day lies in the future.")
_REASON_NEEDED = _("Say why it failed.")


def problems_of(rows: Rows, *, today: date) -> list[RowProblem]:
    """What is wrong with rows of a return file, each named; a row that says the same again is no error."""
    known = _known(rows)
    found = []
    for row in rows:
        held = known.get(row["reference"])
        problem = _unknown(row) if held is None else _problem(row, held, today)
        if problem is not None:
            found.append(problem)
    return found


def _unknown(row: Mapping[str, Any]) -> RowProblem:
    return RowProblem(row["row_no"], "reference", "unknown", _UNKNOWN, value=row["reference"])


def _problem(row: Mapping[str, Any], held: Payment, today: date) -> RowProblem | None:
    def wrong(column: str, code: str, message: Any) -> RowProblem:
        return RowProblem(row["row_no"], column, code, message, value=str(row.get(column) or ""))

    outcome = PaymentState(row["outcome"])
    if held.state in rules.ANSWERED:
        return (
            wrong("outcome", registry.SAME, "")
            if _same(row, held)
            else wrong("outcome", "other_values", _ANSWERED)
        )
    if held.state != PaymentState.ORDERED:
        return wrong("reference", "not_on_its_way", _NOT_SENT)
    fault = rules.fault_of(outcome, row["paid_amount"], held.amount)
    if fault:
        return wrong("paid_amount", fault, paying.FAULTS[fault])
    if outcome is PaymentState.FAILED:
        return None if row["reason"] else wrong("reason", "reason_needed", _REASON_NEEDED)
    if row["paid_on"] is None:
        return wrong("paid_on", "day_needed", _DAY_NEEDED)
    return wrong("paid_on", "date_range", _AHEAD) if row["paid_on"] > today else None


def _same(row: Mapping[str, Any], held: Payment) -> bool:
    if row["outcome"] != held.state:
        return False
    if held.state == PaymentState.FAILED:
        return True
    return row["paid_on"] == held.paid_on and row["paid_amount"] in (None, held.paid_amount)


def _known(rows: Sequence[Mapping[str, Any]]) -> dict[str, Payment]:
    wanted = Payment.objects.filter(reference__in={row["reference"] for row in rows})
    return {row.reference: row for row in wanted}


def take_batch(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Record what the good rows say of payments that were not answered yet."""
    staged = ImportRow.objects.filter(batch=batch, kind=IMPORT, errors=[]).order_by("row_no")
    rows = list(staged.values_list("data", flat=True))
    known = _known(rows)
    fresh = [row for row in rows if known[row["reference"]].state == PaymentState.ORDERED]
    answers = [
        paying.Answer(
            payment=known[row["reference"]].pk,
            outcome=PaymentState(row["outcome"]),
            amount=Decimal(row["paid_amount"]) if row["paid_amount"] else None,
            paid_on=date.fromisoformat(row["paid_on"]) if row["paid_on"] else None,
            bank_reference=row["bank_reference"] or "",
            reason=row["reason"] or "",
        )
        for row in fresh
    ]
    paying.record_answers(answers=answers, actor=actor, now=now)
    return Committed(created=len(fresh), same=len(rows) - len(fresh))
