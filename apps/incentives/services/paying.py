"""Payable statements are gathered into batches, released by a second person, and answered by bank or ERP."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.dealers.models import Dealer, OrgUnit
from apps.dealers.rules import UnitKind
from apps.incentives import policies
from apps.incentives.models import Payment, PaymentBatch, PaymentItem, Statement
from apps.incentives.queries import payments as queries
from apps.incentives.rules import paying as rules
from apps.incentives.rules.paying import BatchState, PaymentState
from apps.incentives.rules.settling import StatementState
from apps.incentives.services import telling
from apps.ledger import services as ledger
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, transfer
from apps.work import registry
from apps.work import services as work


@transaction.atomic
def build_batch(*, form: str, minimum_amount: Decimal, actor: Actor, now: datetime) -> PaymentBatch:
    """Plan one payment for each dealer over everything that is payable in a form and in no other batch.

    Sums below the minimum are carried forward. DomainError `nothing_payable`, `forbidden`.
    """
    _allow(actor)
    jobs.lock("incentives.payments")
    planned = rules.plan(queries.due(form=form), minimum=minimum_amount)
    if not any(not each.carried for each in planned):
        raise DomainError("nothing_payable", _("Nothing is payable in this form above the minimum."))
    made = _batch(form, minimum_amount, planned, actor, now)
    codes = dict(Dealer.objects.filter(pk__in=[each.dealer for each in planned]).values_list("pk", "code"))
    rows = Payment.objects.bulk_create(
        Payment(
            batch=made,
            dealer_id=each.dealer,
            reference=f"{made.number}-{codes[each.dealer]}",
            amount=each.amount,
            state=PaymentState.CARRIED if each.carried else PaymentState.PLANNED,
        )
        for each in planned
    )
    PaymentItem.objects.bulk_create(
        PaymentItem(
            payment=row,
            dealer_id=row.dealer_id,
            statement_id=due.statement,
            amount=due.amount,
            open=not each.carried,
        )
        for row, each in zip(rows, planned, strict=True)
        for due in each.dues
    )
    after = {"amount": made.amount, "payments": made.payments_count, "carried": made.carried_amount}
    audit.record(actor=actor, action=policies.PAY, obj=made, now=now, after=after)
    return made


def _batch(
    form: str, minimum: Decimal, planned: Sequence[rules.Planned], actor: Actor, now: datetime
) -> PaymentBatch:
    paid = [each for each in planned if not each.carried]
    left = [each for each in planned if each.carried]
    today = f"FK{timezone.localdate(now):%Y%m%d}"
    said = "\n".join(
        f"{each.dealer} {each.amount:.2f} {sorted(due.statement for due in each.dues)}" for each in paid
    )
    return PaymentBatch.objects.create(
        number=f"{today}-{PaymentBatch.objects.filter(number__startswith=today).count() + 1:02d}",
        form=form,
        minimum_amount=minimum,
        state=BatchState.DRAFT,
        payments_count=len(paid),
        amount=sum((each.amount for each in paid), Decimal(0)),
        carried_count=len(left),
        carried_amount=sum((each.amount for each in left), Decimal(0)),
        sha256=hashlib.sha256(said.encode()).hexdigest(),
        created_by=actor.label,
        created_by_id=actor.user_id,
        created_at=now,
    )


@transaction.atomic
def submit_batch(*, batch: PaymentBatch, actor: Actor, now: datetime) -> PaymentBatch:
    """Ask a second person to release a batch. DomainError `not_draft`."""
    _allow(actor)
    row = _locked(batch.pk)
    if row.state != BatchState.DRAFT:
        raise DomainError("not_draft", _("Only a draft is handed in."))
    _move(row, BatchState.CHECKING, policies.PAY, actor, now)
    ask = work.Ask(
        flow=FLOW,
        target=row,
        unit_id=OrgUnit.objects.filter(kind=UnitKind.HQ).order_by("pk").values_list("pk", flat=True)[0],
        amount=row.amount,
        summary=f"{row} · {row.get_form_display()} · {row.payments_count} · ¥{row.amount:,.2f}",
        url=reverse("incentives:batch-detail", kwargs={"pk": row.pk}),
    )
    work.ask_approval(ask=ask, asked_by=actor, now=now)
    return row


@transaction.atomic
def discard_batch(*, batch: PaymentBatch, actor: Actor, now: datetime) -> PaymentBatch:
    """Give a draft up; its statements are payable as before. DomainError `not_draft`."""
    _allow(actor)
    row = _locked(batch.pk)
    if row.state != BatchState.DRAFT:
        raise DomainError("not_draft", _("Only a draft is discarded."))
    PaymentItem.objects.filter(payment__batch=row).update(open=False)
    Payment.objects.filter(batch=row).update(state=PaymentState.CANCELLED)
    _move(row, BatchState.DISCARDED, policies.PAY, actor, now)
    return row


def _released(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Send the payments off; what the product's own accounts pay is paid at once."""
    row = _locked(target_id)
    row.released_by, row.released_at = actor.label, now
    row.save(update_fields=["released_by", "released_at"])
    _move(row, BatchState.RELEASED, policies.RELEASE_PAYMENTS, actor, now)
    sent = Payment.objects.filter(batch=row, state=PaymentState.PLANNED)
    keys = list(sent.values_list("pk", flat=True))
    sent.update(state=PaymentState.ORDERED)
    if row.form in rules.BOOKED_HERE:
        today = timezone.localdate(now)
        answers = [Answer(key, PaymentState.PAID, None, today) for key in keys]
        record_answers(answers=answers, action=policies.RELEASE_PAYMENTS, actor=actor, now=now)


def _returned(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """A batch that was not released goes back to who prepared it."""
    _move(_locked(target_id), BatchState.DRAFT, policies.RELEASE_PAYMENTS, actor, now, comment=comment)


FLOW = registry.flow(
    "incentives.payments",
    gettext_lazy("Release of payments"),
    [registry.Step(level=Role.HQ_FINANCE, action=policies.RELEASE_PAYMENTS, within_workdays=1)],
    on_approved=_released,
    on_returned=_returned,
    on_rejected=_returned,
    on_withdrawn=_returned,
)


@dataclass(frozen=True)
class Answer:
    """What became of a payment: all of it paid, a part, or nothing with the reason."""

    payment: int
    outcome: PaymentState
    amount: Decimal | None = None
    paid_on: date | None = None
    bank_reference: str = ""
    reason: str = ""


@transaction.atomic
def record_answers(
    *, answers: Collection[Answer], actor: Actor, now: datetime, action: str = policies.PAY
) -> int:
    """Book what was paid and settle the statements of it; the rest is payable again. Returns how many.

    Every payment is answered once. Errors: `not_on_its_way`, `amount_needed`, `other_amount`, `not_a_part`,
    `date_range`, `forbidden`.
    """
    if not actor.may(action):
        raise DomainError("forbidden", _("Your role does not include this action."))
    given = {each.payment: each for each in answers}
    rows = Payment.objects.select_for_update(of=("self",)).filter(pk__in=list(given)).order_by("pk")
    held = list(rows.select_related("batch", "dealer"))
    before = {row.pk: {"state": row.state} for row in held}
    for row in held:
        _take(row, given[row.pk], actor, now)
    Payment.objects.bulk_update(
        held, ["state", "paid_amount", "paid_on", "bank_reference", "reason", "answered_at", "answered_by"]
    )
    drafts = [_entry(row) for row in held if row.paid_amount]
    if drafts:
        ledger.post_many(drafts=drafts, actor=actor, now=now)
    _settle(held)
    _close({row.batch_id for row in held}, now)
    changes = [
        audit.Change(row, before=before[row.pk], after={"state": row.state, "paid_amount": row.paid_amount})
        for row in held
    ]
    audit.record_many(actor=actor, action=action, changes=changes, now=now)
    telling.tell_payments(held, now=now)
    return len(held)


def _take(row: Payment, given: Answer, actor: Actor, now: datetime) -> None:
    """What was said about a payment, on its row; refused when it does not fit."""
    if row.state != PaymentState.ORDERED:
        raise DomainError("not_on_its_way", _("%(payment)s is not on its way."), payment=row.reference)
    fault = rules.fault_of(given.outcome, given.amount, row.amount)
    if fault:
        raise DomainError(fault, FAULTS[fault], fields={"amount": FAULTS[fault]})
    paid_on = given.paid_on or timezone.localdate(now)
    if paid_on > timezone.localdate(now):
        message = _("The day lies in the future.")
        raise DomainError("date_range", message, fields={"paid_on": message})
    failed = given.outcome is PaymentState.FAILED
    row.state = given.outcome
    row.paid_amount = Decimal(0) if failed else given.amount or row.amount
    row.paid_on = None if failed else paid_on
    row.bank_reference, row.reason = given.bank_reference[:80], given.reason[:300]
    row.answered_at, row.answered_by = now, actor.label


FAULTS: Mapping[str, object] = {
    "amount_needed": gettext_lazy("Say how much was paid."),
    "other_amount": gettext_lazy("This is not the amount of the payment."),
    "not_a_part": gettext_lazy("A part is above 0 and below the amount of the payment."),
}


def _entry(row: Payment) -> Draft:
    assert row.paid_amount is not None and row.paid_on is not None
    return Draft(
        key=f"incentives.payment:{row.pk}",
        book=Book(dealer_id=row.dealer_id),
        kind=EntryKind.PAYOUT,
        lines=transfer(AccountKind.PAYABLE, rules.PAID_INTO[row.batch.form], row.paid_amount),
        occurred_on=row.paid_on,
        target_label="incentives.payment",
        target_id=row.pk,
        note=row.reference,
    )


def _settle(rows: Sequence[Payment]) -> None:
    """Spread what was paid over the statements; those settled in full are paid."""
    items = PaymentItem.objects.filter(payment__in=rows).order_by("payment_id", "statement_id")
    held: dict[int, list[PaymentItem]] = {}
    for item in items:
        held.setdefault(item.payment_id, []).append(item)
    for row in rows:
        own = held.get(row.pk, [])
        parts = rules.spread(row.paid_amount or Decimal(0), [(item.pk, item.amount) for item in own])
        for item in own:
            item.settled_amount, item.open = parts[item.pk], False
    every = [item for own in held.values() for item in own]
    PaymentItem.objects.bulk_update(every, ["settled_amount", "open"])
    for row in rows:
        done = [item.statement_id for item in held.get(row.pk, ()) if item.settled_amount == item.amount]
        if row.paid_on:
            Statement.objects.filter(pk__in=done).update(state=StatementState.PAID, paid_on=row.paid_on)


def _close(batches: Iterable[int], now: datetime) -> None:
    """A batch is closed when every payment is answered."""
    waiting = Count("payments", filter=Q(payments__state=PaymentState.ORDERED))
    rows = PaymentBatch.objects.filter(pk__in=list(batches)).annotate(waiting=waiting)
    done = [row.pk for row in rows if not row.waiting]
    PaymentBatch.objects.filter(pk__in=done).update(state=BatchState.CLOSED, closed_at=now)


def _locked(pk: int) -> PaymentBatch:
    return PaymentBatch.objects.select_for_update(of=("self",)).get(pk=pk)


def _move(
    row: PaymentBatch, state: BatchState, action: str, actor: Actor, now: datetime, comment: str = ""
) -> None:
    before = {"state": row.state}
    row.state = state
    row.save(update_fields=["state"])
    after = {"state": state} | ({"comment": comment} if comment else {})
    audit.record(actor=actor, action=action, obj=row, now=now, before=before, after=after)


def _allow(actor: Actor) -> None:
    if not actor.may(policies.PAY):
        raise DomainError("forbidden", _("Your role does not include this action."))
