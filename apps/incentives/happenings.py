"""Events of incentives that systems outside may be told of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.incentives.models import DisputeItem, Payment, Statement
from apps.work import registry
from apps.work.services import webhooks

PUBLISHED = registry.event("incentives.statement_published", _("Rebate statement published"))
PAYABLE = registry.event("incentives.statement_payable", _("Rebate statement payable"))
PAID = registry.event("incentives.payment_made", _("Rebate paid, in full or in part"))
FAILED = registry.event("incentives.payment_failed", _("Rebate payment failed"))
DECIDED = registry.event("incentives.dispute_decided", _("Disputed car decided"))


def tell_statements(event: str, rows: Iterable[Statement], *, now: datetime) -> None:
    """Tell of statements that were published or became payable."""
    webhooks.emit(
        event=event,
        happened=[webhooks.Happened(f"{event}:{row.pk}", row.dealer_id, _statement(row)) for row in rows],
        now=now,
    )


def _statement(row: Statement) -> dict[str, Any]:
    return {
        "statement": row.pk,
        "policy": row.policy.code,
        "window_first": row.window_first,
        "window_last": row.window_last,
        "number": row.number,
        "state": row.state,
        "amount": f"{row.delta:.2f}",
        "sha256": row.sha256,
        "promised_on": row.promised_on,
    }


def tell_payments(event: str, rows: Iterable[Payment], *, now: datetime) -> None:
    """Tell of payments that were made or failed."""
    webhooks.emit(
        event=event,
        happened=[webhooks.Happened(f"{event}:{row.pk}", row.dealer_id, _payment(row)) for row in rows],
        now=now,
    )


def _payment(row: Payment) -> dict[str, Any]:
    return {
        "payment": row.pk,
        "reference": row.reference,
        "form": row.batch.form,
        "state": row.state,
        "amount": f"{row.amount:.2f}",
        "paid_amount": f"{row.paid_amount or Decimal(0):.2f}",
        "paid_on": row.paid_on,
        "reason": row.reason,
    }


def tell_decision(row: DisputeItem, *, now: datetime) -> None:
    """Tell of a disputed car that was decided, at the first or second level."""
    data = {
        "dispute": row.dispute_id,
        "statement": row.dispute.statement_id,
        "vin": row.vin,
        "state": row.state,
    }
    happened = webhooks.Happened(f"{DECIDED}:{row.pk}:{row.state}", row.dealer_id, data)
    webhooks.emit(event=DECIDED, happened=[happened], now=now)
