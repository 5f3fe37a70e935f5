"""Who calculates, releases, reads, confirms, disputes and pays settlements."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Decision, Ownership, Policy, Rows, declare
from apps.core.roles import FIELD, HQ, Role
from apps.core.wall import RESULT, Wall, Writes
from apps.incentives.models import Dispute, DisputeItem, SettlementRun, Statement, StatementLine
from apps.incentives.policies.accruals import VIEW
from apps.incentives.rules.settling import SHOWN

_OF_DEALERS = {Role.DEALER_GENERAL, Role.DEALER_FINANCE}
VIEW_RUNS = declare("incentives.view_runs", _("View settlement runs"), (HQ - {Role.HQ_TRAINING}) | FIELD)
CALCULATE = declare(
    "incentives.calculate", _("Calculate settlements"), {Role.HQ_ADMIN, Role.HQ_POLICY, Role.HQ_FINANCE}
)
RELEASE = declare(
    "incentives.release",
    _("Release settlements as the second person"),
    {Role.HQ_ADMIN, Role.HQ_FINANCE},
    guarded=True,
)
PAY = declare(
    "incentives.pay",
    _("Book settlements as payable and paid"),
    {Role.HQ_ADMIN, Role.HQ_FINANCE},
    guarded=True,
)
CONFIRM = declare("incentives.confirm", _("Confirm rebate statements"), _OF_DEALERS)
DISPUTE = declare("incentives.dispute", _("Dispute rebate statements"), _OF_DEALERS)
DECIDE = declare(
    "incentives.decide_dispute",
    _("Decide disputes"),
    {Role.HQ_ADMIN, Role.HQ_POLICY, Role.HQ_FINANCE},
    guarded=True,
)
_SHOWN = [state.value for state in SHOWN]


class StatementPolicy(Policy):
    """A dealer sees what is published or expected; what is still being checked only who sees runs."""

    def __init__(self, *args: Any, path: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.path = path

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        found = super().in_scope(actor, rows)
        return found if actor.may(VIEW_RUNS) else found.filter(**{f"{self.path}state__in": _SHOWN})

    def can(self, actor: Actor, action: str, obj: Any | None = None, **more: Any) -> Decision:
        held = obj
        for name in self.path.split("__") if obj is not None else ():
            held = getattr(held, name) if name else held
        if held is not None and held.state not in _SHOWN and not actor.may(VIEW_RUNS):
            return Decision(False, _("Not found."))
        return super().can(actor, action, obj, **more)


_RUN = Wall(writes=Writes.NONE, columns=("state", "published_at", "published_by"))
_STATEMENT = Wall(
    writes=Writes.NONE,
    columns=(
        "state",
        "published_at",
        "dispute_until",
        "clock_from",
        "promised_on",
        "confirmed_at",
        "confirmed_by",
        "payable_at",
        "paid_on",
    ),
)
run = Policy(SettlementRun, view=VIEW_RUNS, wall=_RUN)
statement = StatementPolicy(Statement, view=VIEW, ownership=Ownership.DEALER, wall=_STATEMENT)
statement_line = StatementPolicy(
    StatementLine, view=VIEW, ownership=Ownership.DEALER, path="statement__", wall=RESULT
)
dispute = Policy(Dispute, view=VIEW, ownership=Ownership.DEALER)
item = Policy(DisputeItem, view=VIEW, ownership=Ownership.DEALER)

trail.name_actions(
    {
        "incentives.calculate": _("Settlement calculated"),
        "incentives.release": _("Settlement released"),
        "incentives.pay": _("Statement made payable or paid"),
        "incentives.confirm": _("Statement confirmed"),
        "incentives.dispute": _("Statement disputed"),
        "incentives.decide_dispute": _("Disputed car decided"),
    }
)
trail.name_fields(
    {
        "delta": _("This statement (¥)"),
        "statements": _("Rebate statements"),
        "expected": _("Expected (¥)"),
        "actual": _("Settled (¥)"),
        "cars": _("Cars"),
        "appeal": _("Appeal"),
    }
)
