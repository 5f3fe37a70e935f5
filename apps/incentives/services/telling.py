"""Who is told about statements and payments: whoever leads the store or its finance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.core.roles import Role
from apps.incentives import happenings
from apps.incentives.models import Payment
from apps.incentives.rules.paying import PaymentState
from apps.work import queries as work_queries
from apps.work import registry
from apps.work import services as work

TOLD = (Role.DEALER_GENERAL, Role.DEALER_FINANCE)
PAID = registry.notice(
    "incentives.payment_made",
    gettext_lazy("A rebate is paid"),
    gettext_lazy("%(payment)s: ¥%(amount)s was paid on %(on)s by %(form)s."),
    icon="coin-yuan",
)
FAILED = registry.notice(
    "incentives.payment_failed",
    gettext_lazy("A payment failed"),
    gettext_lazy("%(payment)s over ¥%(amount)s to %(dealer)s failed: %(reason)s. It is payable again."),
    icon="alert-triangle",
)


def people_of(dealer_ids: Collection[int], now: datetime) -> dict[int, list[int]]:
    """Who is told at each dealer."""
    found: dict[int, list[int]] = {}
    holders = work_queries.holders_at_dealers(
        dealer_ids=list(dealer_ids), roles=TOLD, on=timezone.localdate(now)
    )
    for each in holders:
        people = found.setdefault(each.dealer_id, [])
        if each.user_id not in people:
            people.append(each.user_id)
    return found


def tell_payments(rows: Sequence[Payment], *, now: datetime) -> None:
    """Tell dealers what was paid or failed, and who prepared the batch what failed."""
    holders = people_of({row.dealer_id for row in rows}, now)
    paid = [row for row in rows if row.state != PaymentState.FAILED]
    failed = [row for row in rows if row.state == PaymentState.FAILED]
    work.notify_each(
        notice=PAID,
        told=[_told(row, user) for row in paid for user in holders.get(row.dealer_id, ())],
        now=now,
    )
    happenings.tell_payments(happenings.PAID, paid, now=now)
    happenings.tell_payments(happenings.FAILED, failed, now=now)
    makers = {row.pk: [row.batch.created_by_id] if row.batch.created_by_id else [] for row in failed}
    work.notify_each(
        notice=FAILED,
        told=[
            _told(row, user)
            for row in failed
            for user in dict.fromkeys([*holders.get(row.dealer_id, ()), *makers[row.pk]])
        ],
        now=now,
    )


def _told(row: Payment, user: int) -> work.Told:
    amount = row.paid_amount if row.state != PaymentState.FAILED else row.amount
    return work.Told(
        user_id=user,
        key=f"incentives.payment:{row.pk}",
        params={
            "payment": row.reference,
            "dealer": str(row.dealer),
            "amount": f"{amount:,.2f}",
            "on": f"{row.paid_on:%Y-%m-%d}" if row.paid_on else "",
            "form": str(row.batch.get_form_display()),
            "reason": row.reason,
        },
        url=reverse("incentives:payment-detail", kwargs={"pk": row.pk}),
        dealer_id=row.dealer_id,
    )
