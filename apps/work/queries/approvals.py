from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Model, Q, QuerySet

from apps.core import reach
from apps.core.access import Actor
from apps.work import policies, registry
from apps.work.models import Approval, ApprovalDecision
from apps.work.queries.people import guises
from apps.work.rules.states import ApprovalState


@dataclass(frozen=True)
class Waiting:
    """An approval somebody may decide now; `for_label` names who is stood in for."""

    approval: Approval
    for_label: str
    overdue: bool


def approvals(*, actor: Actor) -> QuerySet[Approval]:
    """The approvals the actor may see."""
    rows = Approval.objects.select_related("dealer", "unit").prefetch_related("decisions")
    return policies.approval.visible_to(actor, rows)


def approvals_of(*, actor: Actor, target: Model) -> QuerySet[Approval]:
    """What was asked about a thing, the newest first."""
    rows = approvals(actor=actor).filter(target_label=target._meta.label_lower, target_id=target.pk)
    return rows.order_by("-asked_at", "-pk")


def asked_by_me(*, actor: Actor) -> QuerySet[Approval]:
    """What the actor asked for, the newest first."""
    return approvals(actor=actor).filter(asked_by=actor.user_id).order_by("-asked_at", "-pk")


def decided_by_me(*, actor: Actor) -> QuerySet[ApprovalDecision]:
    """What the actor decided, the newest first."""
    rows = ApprovalDecision.objects.select_related("approval")
    mine = policies.decision.visible_to(actor, rows).filter(decided_by=actor.user_id)
    return mine.order_by("-decided_at", "-pk")


def waiting_for(*, actor: Actor, on: date, now: datetime) -> Sequence[Waiting]:
    """What waits for the actor's decision, also for those it stands in for; the earliest due first."""
    found: dict[int, Waiting] = {}
    for guise in guises(actor=actor, on=on):
        with reach.on_behalf_of(guise):
            rows = approvals(actor=guise).filter(_at_level_of(guise), state=ApprovalState.WAITING)
            for row in rows.order_by("due_at", "pk"):
                if may_decide(approval=row, actor=guise):
                    late = row.due_at is not None and row.due_at < now
                    found.setdefault(row.pk, Waiting(row, guise.for_label, late))
    latest = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found.values(), key=lambda each: (each.approval.due_at or latest, each.approval.pk))


def may_decide(*, approval: Approval, actor: Actor) -> bool:
    """Whether the actor holds the level at the place with the action, and is not who asked."""
    asked = {approval.asked_by_id, approval.asked_for_id} - {None}
    if actor.viewer or asked & {actor.user_id, actor.for_id}:
        return False
    action = action_of(approval)
    owners = policies.approval.owners(approval)
    return any(
        reach.role == approval.level and action in reach.actions and owners.within(reach.scope)
        for reach in actor.reaches
    )


def action_of(approval: Approval) -> str:
    """The action the step of an approval asks for."""
    steps = registry.flow_of(approval.flow).steps
    return steps[min(approval.step, len(steps) - 1)].action


def _at_level_of(actor: Actor) -> Q:
    held = Q(pk__in=[])
    for each in actor.reaches:
        here = Q(level=each.role)
        if not each.scope.everything:
            here &= Q(dealer_id__in=each.scope.dealer_ids) | Q(unit_id__in=each.scope.unit_ids)
        held |= here
    return held


def approval_for(*, actor: Actor, key: int, on: date) -> Approval | None:
    """An approval the actor may see, itself or as a stand-in."""
    for guise in guises(actor=actor, on=on):
        with reach.on_behalf_of(guise):
            row = approvals(actor=guise).filter(pk=key).first()
        if row is not None:
            return row
    return None
