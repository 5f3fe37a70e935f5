"""What finance is asked to do about payments."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.roles import Role
from apps.ledger.models import BankReceipt
from apps.ledger.rules import ReceiptState
from apps.work import registry
from apps.work import services as work

ASSIGN = registry.todo(
    "ledger.assign",
    _("Bank payments to assign"),
    _("%(count)s payments came in of which nobody knows whose they are"),
    icon="coin-yuan",
)
_KEY = "ledger.receipts:waiting"


def ask_to_assign(now: datetime) -> None:
    """Finance is asked once for all payments that wait for a dealer; nobody while none waits."""
    count = BankReceipt.objects.filter(state=ReceiptState.WAITING).count()
    if not count:
        work.close_todo(key=_KEY, now=now)
        return
    url = f"{reverse('ledger:receipt-list')}?state={ReceiptState.WAITING}"
    wanted = work.Wanted(key=_KEY, params={"count": count}, url=url, role=Role.HQ_FINANCE)
    work.open_todo(code=ASSIGN, todo=wanted, now=now)
