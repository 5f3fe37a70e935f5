"""Where the approvals of a record stand: steps, who decides, by when, and whether the reader may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model
from django.utils import timezone

from apps.accounts.models import User
from apps.core import reach
from apps.core.access import Actor
from apps.work import registry
from apps.work.models import Approval, ApprovalDecision
from apps.work.queries.approvals import approvals_of, may_decide
from apps.work.queries.people import guises, holders, stand_ins_of
from apps.work.rules.states import ApprovalState

SHOWN = 5
"""How many approvals of one record its page shows, the newest first."""
MOST_NAMES = 3
_BEYOND = "whoever sees an approval may know who decides it; only names are read"


@dataclass(frozen=True)
class PanelStep:
    """A step of the flow: whom it asks, what was decided there, and whether it waits or is still to come."""

    level: str
    decisions: Sequence[ApprovalDecision]
    waits: bool
    ahead: bool


@dataclass(frozen=True)
class Panel:
    """An approval on the page of its record.

    `deciders` names who may decide now, `for_label` whom the reader stands in for.
    """

    approval: Approval
    label: str
    steps: Sequence[PanelStep]
    deciders: Sequence[str]
    late: bool
    may_decide: bool
    may_reject: bool
    may_withdraw: bool
    for_label: str


def panels(*, actor: Actor, target: Model, now: datetime) -> Sequence[Panel]:
    """The latest approvals of a record as its page shows them."""
    return [panel(row, actor=actor, now=now) for row in approvals_of(actor=actor, target=target)[:SHOWN]]


def panel(row: Approval, *, actor: Actor, now: datetime) -> Panel:
    """One approval the actor may see, itself or as a stand-in, as every page shows it."""
    flow = registry.flow_of(row.flow)
    waiting = row.state == ApprovalState.WAITING
    on = timezone.localdate(now)
    seen = guises(actor=actor, on=on) if waiting else ()
    guise = next((each for each in seen if may_decide(approval=row, actor=each)), None)
    return Panel(
        approval=row,
        label=str(flow.label),
        steps=_steps(row, flow, waiting),
        deciders=_deciders(row, now) if waiting else (),
        late=waiting and row.due_at is not None and row.due_at < now,
        may_decide=guise is not None,
        may_reject=flow.on_rejected is not None,
        may_withdraw=waiting
        and flow.on_withdrawn is not None
        and row.asked_by_id is not None
        and row.asked_by_id == actor.user_id,
        for_label=guise.for_label if guise is not None else "",
    )


def _steps(row: Approval, flow: registry.Flow, waiting: bool) -> list[PanelStep]:
    """The steps an approval of this amount passes; a step that was passed on has more than one decision."""
    names = dict(Approval._meta.get_field("level").flatchoices)
    decided = list(row.decisions.all())
    found = []
    for no, step in enumerate(flow.steps):
        here = [each for each in decided if each.step == no]
        now_here = waiting and row.step == no
        if not here and not now_here and not (waiting and no > row.step and step.needed(row.amount)):
            continue
        level = row.level if now_here else here[-1].level if here else step.level
        found.append(PanelStep(str(names.get(level, level)), here, now_here, not here and not now_here))
    return found


def _deciders(row: Approval, now: datetime) -> list[str]:
    """Who holds the level at the place today, and their stand-ins; whoever asked does not decide."""
    on = timezone.localdate(now)
    with reach.beyond(_BEYOND):
        held = set(holders(role=row.level, dealer_id=row.dealer_id, unit_id=row.unit_id, on=on))
        held |= set(stand_ins_of(user_ids=held, role=row.level, on=on))
        users = User.objects.filter(pk__in=held - {row.asked_by_id, row.asked_for_id}).order_by("pk")
        return [str(user) for user in users[:MOST_NAMES]]
