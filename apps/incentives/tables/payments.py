from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.incentives.models import Payment, PaymentBatch
from apps.incentives.rules.paying import BatchState, PaymentState
from apps.incentives.tables.statements import statement_badge, version_text, window_text

_BATCHES = {
    BatchState.DRAFT: "grey",
    BatchState.CHECKING: "amber",
    BatchState.RELEASED: "blue",
    BatchState.CLOSED: "green",
    BatchState.DISCARDED: "grey",
}
_PAYMENTS = {
    PaymentState.PLANNED: "grey",
    PaymentState.CARRIED: "grey",
    PaymentState.CANCELLED: "grey",
    PaymentState.ORDERED: "blue",
    PaymentState.PAID: "green",
    PaymentState.PART_PAID: "amber",
    PaymentState.FAILED: "red",
}


def batch_badge(row: PaymentBatch) -> tuple[str, Any]:
    """Where a batch stands."""
    return (_BATCHES[BatchState(row.state)], row.get_state_display())


def payment_badge(row: Payment) -> tuple[str, Any]:
    """Where a payment stands."""
    return (_PAYMENTS[PaymentState(row.state)], row.get_state_display())


def payment_url(row: Payment) -> str:
    """The page of a payment."""
    return reverse("incentives:payment-detail", kwargs={"pk": row.pk})


_AMOUNT = Column("amount", _("Amount"), "money", sort="amount")
_STATE = Column("state", _("Status"), "badge", value=payment_badge)


class BatchTable(Table):
    """Batches of payments, newest first."""

    columns = (
        Column(
            "number",
            _("Batch no."),
            "code",
            link=lambda row: reverse("incentives:batch-detail", kwargs={"pk": row.pk}),
        ),
        Column("form", _("Paid by"), value=lambda row: row.get_form_display()),
        Column("state", _("Status"), "badge", value=batch_badge),
        Column("payments_count", _("Payments"), "units"),
        _AMOUNT,
        Column("carried_count", _("Carried forward"), "units", phone=False),
        Column("carried_amount", _("Carried forward (¥)"), "money", phone=False),
        Column("created_by", _("Prepared by"), phone=False),
        Column("created_at", _("Prepared at"), "datetime", sort="created_at"),
        Column("released_by", _("Released by"), phone=False),
        Column("sha256", _("Hash of the content"), export_only=True),
    )
    order_by = ("-created_at", "-id")


class PaymentTable(Table):
    """Payments, newest first."""

    columns = (
        Column("reference", _("Payment no."), "code", link=payment_url),
        Column("dealer_code", _("Dealer code"), "code", value=lambda r: r.dealer.code, sort="dealer__code"),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer), phone=False),
        Column("form", _("Paid by"), value=lambda row: row.batch.get_form_display()),
        _AMOUNT,
        _STATE,
        Column("paid_amount", _("Paid"), "money", sort="paid_amount"),
        Column("paid_on", _("Paid on"), "date", sort="paid_on"),
        Column("reason", _("Reason"), "long"),
        Column("bank_reference", _("Number of the bank"), export_only=True),
        Column("answered_by", _("Recorded by"), export_only=True),
    )
    order_by = ("-pk",)


class OrderTable(Table):
    """The payments of one batch, as they go to the bank or ERP."""

    columns = (
        Column("reference", _("Payment no."), "code", link=payment_url),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        _AMOUNT,
        _STATE,
        Column("paid_amount", _("Paid"), "money"),
        Column("reason", _("Reason"), "long"),
    )


class ItemTable(Table):
    """The statements of a payment."""

    columns = (
        Column(
            "statement",
            _("Rebate statement"),
            value=lambda row: version_text(row.statement),
            link=lambda row: reverse("incentives:statement-detail", kwargs={"pk": row.statement_id}),
        ),
        Column("window", _("Term"), "code", value=lambda row: window_text(row.statement)),
        Column("amount", _("To be paid"), "money"),
        Column("settled_amount", _("Settled"), "money"),
        Column("state", _("Status"), "badge", value=lambda row: statement_badge(row.statement)),
    )


class StatementPayments(Table):
    """The payments a statement went into."""

    columns = (
        Column(
            "payment",
            _("Payment no."),
            "code",
            value=lambda row: row.payment.reference,
            link=lambda row: payment_url(row.payment),
        ),
        Column("amount", _("To be paid"), "money"),
        Column("settled_amount", _("Settled"), "money"),
        Column("paid_on", _("Paid on"), "date", value=lambda row: row.payment.paid_on),
        Column("state", _("Status"), "badge", value=lambda row: payment_badge(row.payment)),
        Column("reason", _("Reason"), "long", value=lambda row: row.payment.reason),
    )
