from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows
from apps.core.roles import DEALER, DEALER_STAFF, Role
from apps.core.wall import DEALERS, UNITS, Wall, Writes
from apps.work.models import Approval, ApprovalDecision
from apps.work.policies.notices import VIEW

MAKERS = frozenset({*Role} - {*DEALER, *DEALER_STAFF, Role.INVESTOR})


class ApprovalPolicy(Policy):
    """Seen by who asked and the maker's people of the place; a dealer's people see what the dealer asked."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        mine = Q(asked_by=actor.user_id) | Q(unit_id__in=actor.scope.unit_ids)
        at_dealers = Q(dealer_id__in=actor.scope.dealer_ids)
        if not actor.scope.unit_ids:
            at_dealers &= Q(shared=True)
        return rows.filter(mine | at_dealers)

    def owners(self, obj: Any) -> Owners:
        return Owners(
            dealers=frozenset({obj.dealer_id} - {None}),
            units=frozenset({obj.unit_id} - {None}),
            persons=frozenset({obj.asked_by_id} - {None}),
            roles=None if obj.shared else MAKERS,
        )


approval = ApprovalPolicy(
    Approval,
    view=VIEW,
    ownership=Ownership.PERSONAL,
    person="asked_by_id",
    wall=Wall(
        also=(
            f"unit_id = ANY ({UNITS}) "
            f"OR (dealer_id = ANY ({DEALERS}) AND (shared OR cardinality({UNITS}) > 0))"
        )
    ),
)


class DecisionPolicy(Policy):
    """A decision is seen with the approval it belongs to."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        return rows.filter(approval__in=approval.in_scope(actor, Approval.objects.all()).values("pk"))

    def owners(self, obj: Any) -> Owners:
        return approval.owners(obj.approval)


decision = DecisionPolicy(
    ApprovalDecision,
    view=VIEW,
    ownership=Ownership.PERSONAL,
    person="decided_by_id",
    wall=Wall(
        writes=Writes.APPEND,
        also=(
            "EXISTS (SELECT 1 FROM work_approval AS owner WHERE owner.id = work_approvaldecision.approval_id)"
        ),
    ),
)

trail.name_actions(
    {
        "work.ask_approval": _("Approval asked for"),
        "work.approve": _("Approved"),
        "work.endorse": _("Supported and passed on"),
        "work.return": _("Returned"),
        "work.reject": _("Rejected"),
        "work.withdraw": _("Approval withdrawn"),
    }
)
trail.name_fields(
    {
        "summary": _("Summary"),
        "comment": _("Comment"),
        "level": _("Decides"),
        "amount": _("Amount (¥)"),
    }
)
