"""Batches and payments an actor may see, and what is payable and in no batch yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from apps.core.access import Actor
from apps.incentives import policies
from apps.incentives.models import Payment, PaymentBatch, PaymentItem, Statement
from apps.incentives.models.payments import FORMS
from apps.incentives.rules.paying import ANSWERED, Due, PaymentState
from apps.incentives.rules.settling import StatementState
from apps.ledger import queries as accounts
from apps.ledger.models import Entry

ZERO = Decimal(0)


def batches(*, actor: Actor) -> QuerySet[PaymentBatch]:
    """Batches of payments, for who may see them."""
    return policies.batch.visible_to(actor, PaymentBatch.objects.all())


def payments(*, actor: Actor) -> QuerySet[Payment]:
    """Payments to the actor's dealers; those still being prepared only for who sees batches."""
    return policies.payment.visible_to(actor, Payment.objects.select_related("batch", "dealer"))


def payments_of(batch: PaymentBatch, *, actor: Actor) -> QuerySet[Payment]:
    """The payments of a batch: those of which money came back first."""
    back = Case(When(state__in=[PaymentState.FAILED, PaymentState.PART_PAID], then=0), default=1)
    return payments(actor=actor).filter(batch=batch).order_by(back, "reference")


def items(*, actor: Actor) -> QuerySet[PaymentItem]:
    """The statements within payments the actor sees."""
    rows = PaymentItem.objects.select_related("statement__policy", "statement__version", "payment")
    return policies.payment_item.visible_to(actor, rows)


def entry_of(payment: Payment, *, actor: Actor) -> Entry | None:
    """The entry that booked a payment."""
    return accounts.entries(actor=actor).filter(key=f"incentives.payment:{payment.pk}").first()


def outstanding() -> Combinable:
    """What is still to be paid of a statement, in yuan: what it says less what payments settled of it."""
    items = PaymentItem.objects.filter(statement=OuterRef("pk")).order_by().values("statement")
    settled = Subquery(items.annotate(total=Sum("settled_amount")).values("total"))
    return F("delta") - Coalesce(settled, ZERO)


def payable() -> QuerySet[Statement]:
    """Statements that are payable and in no open payment, with what is `outstanding` of each, in yuan."""
    busy = PaymentItem.objects.filter(statement=OuterRef("pk"), open=True)
    rows = Statement.objects.filter(state=StatementState.PAYABLE).exclude(delta=0)
    return rows.filter(~Exists(busy)).annotate(outstanding=outstanding()).select_related("version")


def due(*, form: str) -> Iterator[Due]:
    """What may be paid in a form now; what dealers owe is set off whatever its policy's form."""
    for row in payable().order_by("dealer", "promised_on", "pk"):
        promise = row.version.read.payout
        if promise.form == form or row.delta < 0:
            left: Decimal = vars(row)["outstanding"]
            yield Due(row.pk, row.dealer_id, left, promise.minimum)


@dataclass(frozen=True)
class Payable:
    """What waits to be paid in one form: statements, dealers, yuan; what is owed to the maker counts off."""

    form: str
    label: str
    statements: int
    dealers: int
    amount: Decimal


def payable_by_form(*, actor: Actor) -> Sequence[Payable]:
    """What waits to be paid in each form, for who prepares payments."""
    if not actor.may(policies.PAY):
        return ()
    found = []
    for form, label in FORMS:
        rows = list(due(form=form))
        if any(row.amount > 0 for row in rows):
            total = sum((row.amount for row in rows), ZERO)
            found.append(Payable(form, str(label), len(rows), len({row.dealer for row in rows}), total))
    return found


@dataclass(frozen=True)
class Totals:
    """Control totals of a batch: payments and their sum, what was paid, what came back, what is open."""

    count: int
    amount: Decimal
    paid: Decimal
    back: Decimal

    @property
    def waiting(self) -> Decimal:
        """What nobody answered yet, in yuan."""
        return self.amount - self.paid - self.back


def totals_of(batch: PaymentBatch) -> Totals:
    """The control totals of a batch, counted from its payments."""
    rows = sendable(batch)
    found = rows.aggregate(
        count=Count("pk"), amount=Sum("amount", default=ZERO), paid=Sum("paid_amount", default=ZERO)
    )
    answered = rows.filter(state__in=[each.value for each in ANSWERED])
    back = answered.aggregate(amount=Sum("amount", default=ZERO))["amount"] - found["paid"]
    return Totals(found["count"], found["amount"], found["paid"], back)


def sendable(batch: PaymentBatch) -> QuerySet[Payment]:
    """The payments that go to the bank or ERP, by number."""
    rows = Payment.objects.filter(batch=batch).select_related("dealer", "batch").order_by("reference")
    return rows.exclude(state__in=[PaymentState.CARRIED, PaymentState.CANCELLED])
