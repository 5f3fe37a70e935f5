"""A dealer's rebate money: what is expected when, how sure it is, and what each yuan waits for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.incentives import policies
from apps.incentives.models import Accrual, DisputeItem, PaymentItem, Statement
from apps.incentives.queries import accruals, payments
from apps.incentives.rules.forecasting import Certainty, Expected
from apps.incentives.rules.paying import TOLD, PaymentState
from apps.incentives.rules.settling import FINAL, UNPAID, WAITING, StatementState
from apps.ledger import queries as ledger
from apps.ledger.models import Account
from apps.ledger.rules import AccountKind, Book

ZERO = Decimal(0)


def stores(*, actor: Actor) -> QuerySet[Dealer]:
    """The dealers whose rebate money the actor reads."""
    return dealers.dealers(actor=actor)


@dataclass(frozen=True)
class Buckets:
    """A dealer's rebate money in yuan by where it stands; `payable` and `sent` are the ledger's payable."""

    accrued: Decimal
    published: Decimal
    disputed: Decimal
    confirmed: Decimal
    payable: Decimal
    sent: Decimal
    paid: Decimal


def buckets(rows: Sequence[Expected], *, actor: Actor, dealer: Dealer) -> Buckets:
    """The sums of expected money by where it stands, and what was paid so far."""
    states = policies.statement.visible_to(actor, Statement.objects.filter(dealer=dealer))
    told = states.values("state").annotate(amount=Sum("delta"))
    by_state = {row["state"]: row["amount"] for row in told}
    sent = _sent(dealer).aggregate(amount=Sum("amount", default=ZERO))["amount"]
    owed = ledger.balance(book=Book(dealer_id=dealer.pk), kind=AccountKind.PAYABLE)
    return Buckets(
        accrued=sum((row.amount for row in rows if row.certainty is Certainty.ACCRUED), ZERO),
        published=by_state.get(StatementState.PUBLISHED, ZERO),
        disputed=by_state.get(StatementState.DISPUTED, ZERO),
        confirmed=by_state.get(StatementState.CONFIRMED, ZERO),
        payable=owed - sent,
        sent=sent,
        paid=_settled(dealer),
    )


def _sent(dealer: Dealer) -> QuerySet[PaymentItem]:
    on_its_way = Q(payment__state=PaymentState.ORDERED)
    return PaymentItem.objects.filter(on_its_way, dealer=dealer, open=True)


def _settled(dealer: Dealer) -> Decimal:
    rows = PaymentItem.objects.filter(dealer=dealer, payment__state__in=[state.value for state in TOLD])
    total: Decimal = rows.aggregate(amount=Sum("settled_amount", default=ZERO))["amount"]
    return total


def wallet_of(dealer: Dealer, *, actor: Actor) -> Account | None:
    """The dealer's rebate wallet; None while nothing was ever paid into it."""
    return ledger.own_accounts(actor=actor).filter(dealer=dealer, kind=AccountKind.REBATE_WALLET).first()


def expected(*, actor: Actor, dealer: Dealer, today: date) -> list[Expected]:
    """All money a dealer may expect, the nearest first; what it owes is below zero."""
    found = [*_of_statements(actor, dealer), *_of_terms(actor, dealer, today), *_curable(actor, dealer)]
    return sorted(found, key=lambda row: (row.on is None, row.on, row.certainty, row.key))


_CERTAINTY = {
    StatementState.PUBLISHED: Certainty.PUBLISHED,
    StatementState.DISPUTED: Certainty.DISPUTED,
    StatementState.CONFIRMED: Certainty.CONFIRMED,
    StatementState.PAYABLE: Certainty.PAYABLE,
}


def _of_statements(actor: Actor, dealer: Dealer) -> Iterator[Expected]:
    """Published statements that are not paid: on the day of the promise."""
    waiting = Count("disputes__items", filter=Q(disputes__items__state__in=list(WAITING)))
    rows = Statement.objects.filter(dealer=dealer, state__in=[state.value for state in UNPAID])
    rows = rows.exclude(delta=0).select_related("policy", "version").annotate(waiting=waiting)
    settled = _settled_of(dealer)
    sent = {item.statement_id: item.payment.reference for item in _sent(dealer).select_related("payment")}
    for row in policies.statement.visible_to(actor, rows):
        yield Expected(
            certainty=_CERTAINTY[StatementState(row.state)],
            amount=row.delta - settled.get(row.pk, ZERO),
            on=row.promised_on or _promised(row),
            promised=row.promised_on is not None,
            key=row.pk,
            label=str(row),
            blocks=_blocks(row, sent.get(row.pk, "")),
            url=reverse("incentives:statement-detail", kwargs={"pk": row.pk}),
        )


def _settled_of(dealer: Dealer) -> dict[int, Decimal]:
    rows = PaymentItem.objects.filter(dealer=dealer, settled_amount__gt=0).values("statement")
    return {row["statement"]: row["amount"] for row in rows.annotate(amount=Sum("settled_amount"))}


def _promised(row: Statement) -> date | None:
    """The day of the promise when its clock has not started: as if confirmed at the end of the window."""
    if row.delta <= 0 or row.dispute_until is None:
        return None
    return row.dispute_until + timedelta(days=row.version.read.payout.days)


def _blocks(row: Statement, payment: str) -> str:
    if row.delta < 0:
        return _("Set off against the next payment.")
    if payment:
        return _("Payment %(payment)s is on its way.") % {"payment": payment}
    if row.state == StatementState.PAYABLE:
        return _("Waits for the next payment batch.")
    if row.state == StatementState.CONFIRMED:
        return _("Waits to be made payable by the maker.")
    cars: int = vars(row)["waiting"]
    if cars:
        text = ngettext(
            "%(cars)s disputed car waits for an answer.", "%(cars)s disputed cars wait for an answer.", cars
        )
        return text % {"cars": cars}
    return _("Waits for your confirmation, at the latest until %(until)s.") % {"until": row.dispute_until}


def _of_terms(actor: Actor, dealer: Dealer, today: date) -> Iterator[Expected]:
    """Terms that were not settled yet: their last accrual, after settlement and promise."""
    final = [state.value for state in FINAL]
    rows = Statement.objects.filter(dealer=dealer, state__in=final)
    done = set(rows.values_list("policy_id", "window_first"))
    held = accruals.accruals(actor=actor).filter(dealer=dealer, amount__isnull=False)
    newest = held.order_by("version__policy", "window_first", "-period").distinct(
        "version__policy", "window_first"
    )
    for row in newest:
        if row.amount and (row.policy.pk, row.window_first) not in done:
            yield Expected(
                certainty=Certainty.ACCRUED,
                amount=row.amount,
                on=_after_settlement(row),
                key=row.pk,
                label=str(row),
                blocks=_what_a_term_waits_for(row.window_last, today),
                ended=row.window_last < today,
                url=reverse("incentives:accrual-detail", kwargs={"pk": row.pk}),
            )


def _what_a_term_waits_for(last: date, today: date) -> str:
    if last < today:
        return _("The term ended on %(on)s and is not settled yet.") % {"on": last}
    return _("The term ends on %(on)s and is settled then.") % {"on": last}


def _after_settlement(row: Accrual | Statement) -> date:
    document = row.version.read
    window = document.window_of(row.window_first)
    settled = document.settles_on(window) if window is not None else row.window_last
    return settled + timedelta(days=document.payout.days)


def _curable(actor: Actor, dealer: Dealer) -> Iterator[Expected]:
    """What documents would add to the newest statement of each term, if they come in time."""
    rows = Statement.objects.filter(dealer=dealer, version__isnull=False).select_related("policy", "version")
    newest = rows.order_by("policy", "window_first", "-number", "-pk").distinct("policy", "window_first")
    waiting = DisputeItem.objects.filter(dealer=dealer, state__in=list(WAITING)).values_list(
        "dispute__statement", flat=True
    )
    asked = set(waiting)
    for row in policies.statement.visible_to(actor, newest):
        if not row.curable_amount or row.curable_amount <= 0:
            continue
        text = ngettext("%(cars)s car lacks a document.", "%(cars)s cars lack a document.", row.curable) % {
            "cars": row.curable
        }
        yield Expected(
            certainty=Certainty.CURABLE,
            amount=row.curable_amount,
            on=_after_settlement(row) if row.state == StatementState.INTERIM else None,
            key=row.pk,
            label=str(row),
            blocks=_("Disputed; waits for an answer.") if row.pk in asked else text,
            url=f"{reverse('incentives:statement-cars', kwargs={'pk': row.pk})}?status=excluded",
        )


def stores_with_money(*, actor: Actor) -> QuerySet[Dealer]:
    """The same dealers with what is published and `outstanding`, `late` of it, and `paid` this year."""
    today = timezone.localdate()
    unpaid = Statement.objects.filter(dealer=OuterRef("pk"), state__in=[state.value for state in UNPAID])
    unpaid = unpaid.annotate(left=payments.outstanding())
    items = PaymentItem.objects.filter(dealer=OuterRef("pk"), payment__paid_on__year=today.year)
    return stores(actor=actor).annotate(
        outstanding=_total(unpaid, "left"),
        late=_total(unpaid.filter(promised_on__lt=today, delta__gt=0), "left"),
        paid=_total(items, "settled_amount"),
    )


def _total(rows: QuerySet[Statement] | QuerySet[PaymentItem], field: str) -> Subquery:
    summed = rows.order_by().values("dealer").annotate(total=Sum(field)).values("total")
    return Subquery(summed, output_field=DecimalField(max_digits=18, decimal_places=2))
