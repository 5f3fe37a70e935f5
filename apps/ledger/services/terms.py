"""The terms of an account: how much credit it has, and whether it is frozen."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.kernel.money import round_step
from apps.ledger import policies
from apps.ledger.models import Account, AccountChange
from apps.ledger.rules import AccountKind


@transaction.atomic
def set_limit(
    *, account: Account, limit_amount: Decimal, reason: str, actor: Actor, now: datetime
) -> AccountChange:
    """Set the credit limit of a credit line, in yuan. Errors: `no_credit` for another kind of account."""
    if account.kind != AccountKind.CREDIT_LINE:
        raise DomainError("no_credit", _("Only a credit line has a limit."))
    if limit_amount < 0:
        raise DomainError(
            "negative", _("The limit is not below 0."), fields={"limit_amount": _("Not below 0.")}
        )
    limit = round_step("ledger.entry", limit_amount)
    return _change(account, reason, actor, now, limit_amount=limit)


@transaction.atomic
def freeze(*, account: Account, reason: str, actor: Actor, now: datetime) -> AccountChange:
    """Nothing is spent from the account or held on it until it is released."""
    return _change(account, reason, actor, now, frozen=True)


@transaction.atomic
def unfreeze(*, account: Account, reason: str, actor: Actor, now: datetime) -> AccountChange:
    """Release a frozen account."""
    return _change(account, reason, actor, now, frozen=False)


def _change(
    account: Account, reason: str, actor: Actor, now: datetime, **values: Decimal | bool
) -> AccountChange:
    name, value = next(iter(values.items()))
    before = getattr(Account.objects.get(pk=account.pk), name)
    made = AccountChange.objects.create(
        dealer_id=account.dealer_id,
        person_id=account.person_id,
        account=account,
        reason=reason[:300],
        recorded_at=now,
        recorded_by=actor.label[:150],
        **values,
    )
    audit.record(
        actor=actor,
        action=policies.SET_TERMS,
        obj=account,
        now=now,
        before={name: before},
        after={name: value, "reason": reason},
    )
    return made
