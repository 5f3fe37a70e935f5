"""What a statement says, in words: clauses with their arithmetic, the next car, the course of events."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.incentives.models import Accrual, Statement, StatementLine
from apps.incentives.rules import reasons, words
from apps.incentives.rules.settling import StatementState
from apps.incentives.tables.statements import lang
from apps.kernel.trace import Trace
from apps.metrics import queries as metrics


def clauses(row: Statement | Accrual) -> list[dict[str, Any]]:
    """Every clause of what was judged: text, amount or reason for none, steps, conditions, next step."""
    document, language, names = row.version.read, lang(), _names()
    return [
        {
            "code": held["code"],
            "text": words.clause_text(document, held["code"], language, names),
            "amount": _number(held["amount"]),
            "reason": reasons.why(held["reason"], language, names) if held["reason"] else "",
            "steps": words.explain(Trace.from_data(held["trace"]), language, names),
            "gates": [_gate(each, names) for each in held["gates"]],
            "next": _next(held["next"]),
        }
        for held in row.components
    ]


def clause_of(line: StatementLine) -> str:
    """The clause a car was judged by, in words; the first one for a car no clause pays."""
    document = line.statement.version.read
    code = line.component or document.components[0].code
    return words.clause_text(document, code, lang(), _names())


def course(row: Statement, today: date) -> list[dict[str, Any]]:
    """What happened to a statement and what is to come, in order; `state` is done, now, late or open."""
    paid = row.state == StatementState.PAID
    payable = row.payable_at is not None or paid
    late = not paid and row.promised_on is not None and row.promised_on < today
    steps = [
        (_("Published"), _day(row.published_at), row.published_at is not None),
        (
            _("May be disputed until"),
            row.dispute_until,
            bool(row.dispute_until and row.dispute_until < today),
        ),
        (_("Confirmed"), _day(row.confirmed_at), row.confirmed_at is not None),
        (_("Payable"), _day(row.payable_at), payable),
        (
            _("Paid") if paid else _("To be paid by"),
            row.paid_on or row.promised_on,
            paid,
        ),
    ]
    found = [
        {"label": label, "on": on, "state": "done" if done else "open", "note": ""}
        for label, on, done in steps
    ]
    last = found[-1]
    if paid and row.clock_from and row.paid_on:
        last["note"] = _("after %(days)s days") % {"days": (row.paid_on - row.clock_from).days}
    elif late and row.promised_on:
        last |= {"state": "late", "note": _("%(days)s days late") % {"days": (today - row.promised_on).days}}
    elif row.promised_on:
        last["note"] = _("%(days)s days left") % {"days": (row.promised_on - today).days}
    return found


def _day(at: Any) -> date | None:
    return timezone.localdate(at) if at else None


def _names() -> dict[str, str]:
    return metrics.labels()


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _gate(held: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {
        "label": names.get(held["measure"], held["measure"]),
        "value": _number(held["value"]),
        "threshold": _number(held["threshold"]),
        "passed": held["passed"],
        "reason": reasons.why(held["reason"], lang(), names) if held["reason"] else "",
    }


def _next(held: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if held is None else {name: _number(value) for name, value in held.items()}
