"""Who prepares, releases and reads payments."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Decision, Ownership, Policy, Rows, declare
from apps.core.roles import Role
from apps.core.wall import Wall, Writes
from apps.incentives.models import Payment, PaymentBatch, PaymentItem
from apps.incentives.policies.accruals import VIEW
from apps.incentives.rules.paying import TOLD

VIEW_BATCHES = declare(
    "incentives.view_batches",
    _("View payment batches"),
    {Role.HQ_ADMIN, Role.HQ_POLICY, Role.HQ_FINANCE, Role.HQ_AUDIT, Role.EXECUTIVE},
)
RELEASE_PAYMENTS = declare(
    "incentives.release_payments",
    _("Release payments as the second person"),
    {Role.HQ_ADMIN, Role.HQ_FINANCE},
    guarded=True,
)
_TOLD = [state.value for state in TOLD]
_CHECKED = ("released", "closed")


def _told(row: Payment) -> bool:
    return row.state in _TOLD and row.batch.state in _CHECKED


class PaymentPolicy(Policy):
    """A dealer sees payments of released batches; those still being prepared only who sees batches."""

    def __init__(self, *args: Any, path: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.path = path

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        found = super().in_scope(actor, rows)
        if actor.may(VIEW_BATCHES):
            return found
        told = {f"{self.path}state__in": _TOLD, f"{self.path}batch__state__in": _CHECKED}
        return found.filter(**told)

    def can(self, actor: Actor, action: str, obj: Any | None = None, **more: Any) -> Decision:
        held = obj.payment if obj is not None and self.path else obj
        if held is not None and not actor.may(VIEW_BATCHES) and not _told(held):
            return Decision(False, _("Not found."))
        return super().can(actor, action, obj, **more)


_BATCH = Wall(writes=Writes.ADD, columns=("state", "released_by", "released_at", "closed_at"))
_PAYMENT = Wall(
    writes=Writes.ADD,
    columns=("state", "paid_amount", "paid_on", "bank_reference", "reason", "answered_at", "answered_by"),
)
_ITEM = Wall(writes=Writes.ADD, columns=("settled_amount", "open"))
batch = Policy(PaymentBatch, view=VIEW_BATCHES, wall=_BATCH)
payment = PaymentPolicy(Payment, view=VIEW, ownership=Ownership.DEALER, wall=_PAYMENT)
payment_item = PaymentPolicy(PaymentItem, view=VIEW, ownership=Ownership.DEALER, path="payment__", wall=_ITEM)

trail.name_actions({"incentives.release_payments": _("Payments released")})
trail.name_fields(
    {
        "carried": _("Carried forward"),
        "paid_amount": _("Paid (¥)"),
        "bank_reference": _("Number of the bank"),
        "minimum_amount": _("Minimum payout (¥)"),
    }
)
