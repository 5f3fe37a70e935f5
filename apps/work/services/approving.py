"""Asking others to decide, and deciding: for oneself, or as the stand-in of whoever holds the level."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Grant
from apps.core import audit, jobs, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.work import calendar, deadlines, policies, queries, registry
from apps.work.declared import DECIDE, DECIDED, OVERDUE, WAITING
from apps.work.models import Approval, ApprovalDecision
from apps.work.registry import Flow
from apps.work.rules import states as rules
from apps.work.rules.states import ApprovalState, Verdict
from apps.work.services import notifying, todos

_BEYOND = "an approval stands with whom it concerns; who asks learns nothing but that it waits"
_ACTIONS = {
    Verdict.APPROVE: "work.approve",
    Verdict.ENDORSE: "work.endorse",
    Verdict.RETURN: "work.return",
    Verdict.REJECT: "work.reject",
    Verdict.WITHDRAW: "work.withdraw",
}


@dataclass(frozen=True)
class Ask:
    """What is asked: by which flow, about which thing, at which dealer or unit, over which amount in yuan."""

    flow: str
    target: Model
    dealer_id: int | None = None
    unit_id: int | None = None
    amount: Decimal | None = None
    summary: str = ""
    url: str = ""
    """The page of the thing."""


@transaction.atomic
def ask_approval(*, ask: Ask, asked_by: Actor, now: datetime) -> Approval:
    """Ask for the decision of a flow about a thing.

    Asked again while it waits, the waiting approval is returned. DomainError `nobody` when nobody holds a
    level that may decide.
    """
    label = ask.target._meta.label_lower
    jobs.lock(f"work.approval:{ask.flow}:{label}:{ask.target.pk}")
    with reach.beyond(_BEYOND):
        same = Approval.objects.filter(flow=ask.flow, target_label=label, target_id=ask.target.pk)
        waiting = same.filter(state=ApprovalState.WAITING).first()
        if waiting is not None:
            return waiting
        row = _drawn(ask, asked_by, now)
        row.save()
        after = {"summary": ask.summary, "level": row.level, "amount": ask.amount}
        audit.record(
            actor=asked_by, action="work.ask_approval", obj=row, now=now, after=after, dealer_id=ask.dealer_id
        )
        _call(row, now)
    return row


def _drawn(ask: Ask, asked_by: Actor, now: datetime) -> Approval:
    """The approval at its first step, not saved."""
    steps = registry.flow_of(ask.flow).steps
    step = next((no for no, each in enumerate(steps) if each.needed(ask.amount)), 0)
    row = Approval(
        flow=ask.flow,
        target_label=ask.target._meta.label_lower,
        target_id=ask.target.pk,
        target_text=str(ask.target)[:200],
        summary=ask.summary[:300],
        url=ask.url,
        dealer_id=ask.dealer_id,
        unit_id=ask.unit_id,
        amount=ask.amount,
        shared=asked_by.is_dealer,
        asked_by_id=asked_by.user_id,
        asked_for_id=asked_by.for_id,
        asked_label=_label(asked_by),
        asked_at=now,
        step=step,
        due_at=deadlines.in_workdays(now, steps[step].within_workdays),
    )
    row.level = _level_with_somebody(row, steps[step].level, timezone.localdate(now))
    return row


@transaction.atomic
def decide(*, approval: Approval, verdict: str, comment: str, actor: Actor, now: datetime) -> Approval:
    """Approve, return or reject what waits; a stand-in decides in the name of whom it stands in for.

    Beyond the decider's limit an approval is passed on, one level up. Errors: `decided_already`,
    `not_yours`, `own_request`, `comment_needed`, `nobody`.
    """
    given = Verdict(verdict)
    if given not in (Verdict.APPROVE, Verdict.RETURN, Verdict.REJECT):
        raise ValueError(f"nobody decides {verdict}")
    said = comment.strip()
    if given is not Verdict.APPROVE and not said:
        raise DomainError(
            "comment_needed", _("Say why."), fields={"comment": _("Needed to return or reject.")}
        )
    with reach.beyond(_BEYOND):
        row = Approval.objects.select_for_update().get(pk=approval.pk)
    if row.state != ApprovalState.WAITING:
        raise DomainError("decided_already", _("This was decided already."))
    guise = _as_whom(row, actor, now)
    flow = registry.flow_of(row.flow)
    with reach.on_behalf_of(guise):
        if given is Verdict.APPROVE:
            _approve(row, flow, said, guise, now)
        else:
            _end(row, flow, given, said, guise, now)
    return row


@transaction.atomic
def take_back(*, approval: Approval, actor: Actor, now: datetime) -> Approval:
    """Take back a request nobody decided yet; the thing it is about follows.

    Errors: those of `withdraw_approval`; `not_taken_back` where the thing would be left waiting.
    """
    effect = registry.flow_of(approval.flow).on_withdrawn
    if effect is None:
        raise DomainError("not_taken_back", _("This is not taken back; ask whoever decides to send it back."))
    row = withdraw_approval(approval=approval, actor=actor, now=now)
    effect(target_id=row.target_id, comment=_("Taken back by who asked."), actor=actor, now=now)
    return row


@transaction.atomic
def withdraw_approval(*, approval: Approval, actor: Actor, now: datetime) -> Approval:
    """Take back what one asked for and nobody decided yet; the caller lets the thing follow."""
    with reach.beyond(_BEYOND):
        row = Approval.objects.select_for_update().get(pk=approval.pk)
        if row.state != ApprovalState.WAITING:
            raise DomainError("decided_already", _("This was decided already."))
        if actor.user_id != row.asked_by_id:
            raise DomainError("not_yours", _("Only who asked may take it back."))
        _record(row, Verdict.WITHDRAW, "", actor, now)
        _close(row, ApprovalState.WITHDRAWN, actor, now)
    return row


def follow_posts(*, now: datetime) -> int:
    """Pass on what waits at a level that nobody holds any more, to the next above; returns how much."""
    moved = 0
    with reach.as_worker():
        for row in Approval.objects.select_for_update().filter(state=ApprovalState.WAITING).order_by("pk"):
            with suppress(DomainError):  # where nobody is left at all it waits for a holder
                level = _level_with_somebody(row, row.level, timezone.localdate(now))
                if level != row.level:
                    row.level = level
                    row.save(update_fields=["level"])
                    _call(row, now)
                    moved += 1
    return moved


def remind_overdue(*, now: datetime) -> int:
    """Remind whoever may decide about approvals whose deadline has passed, and their stand-ins.

    Once for each approval and day, on working days; returns how many people were reminded.
    """
    on, told = timezone.localdate(now), []
    if not calendar.load().is_workday(on):
        return 0
    with reach.as_worker():
        late = Approval.objects.filter(state=ApprovalState.WAITING, due_at__lt=now).order_by("pk")
        for row in late.select_related("dealer", "unit"):
            called = _deciders(row, row.level, on)
            called |= set(queries.stand_ins_of(user_ids=called, role=row.level, on=on))
            params = {
                "about": row.summary or row.target_text,
                "by": row.asked_label,
                "due": timezone.localtime(row.due_at).strftime("%Y-%m-%d %H:%M"),
            }
            key, url = f"work.approval:{row.pk}:late:{on}", reverse("work:approval-detail", args=[row.pk])
            told += [
                notifying.Told(user, key, params, url, row.dealer_id)
                for user in sorted(called - {row.asked_by_id, row.asked_for_id})
            ]
        return notifying.notify_each(notice=OVERDUE, told=told, now=now)


def _as_whom(row: Approval, actor: Actor, now: datetime) -> Actor:
    """The actor itself, or the stand-in it is for somebody who may decide."""
    asked = {row.asked_by_id, row.asked_for_id} - {None}
    if asked & {actor.user_id, actor.for_id}:
        raise DomainError("own_request", _("Nobody decides what one asked for oneself."))
    for guise in queries.guises(actor=actor, on=timezone.localdate(now)):
        if queries.may_decide(approval=row, actor=guise):
            return guise
    raise DomainError("not_yours", _("This is not yours to decide now."))


def _approve(row: Approval, flow: Flow, comment: str, guise: Actor, now: datetime) -> None:
    action = queries.action_of(row)
    beyond = not policies.approval.can(guise, action, row, amount=row.amount)
    following = _following(row, flow, beyond, now)
    if following is None:
        _end(row, flow, Verdict.APPROVE, comment, guise, now)
        return
    _record(row, Verdict.ENDORSE if beyond else Verdict.APPROVE, comment, guise, now)
    row.step, row.level = following
    row.due_at = deadlines.in_workdays(now, flow.steps[row.step].within_workdays)
    with reach.beyond(_BEYOND):
        row.save(update_fields=["step", "level", "due_at"])
        _call(row, now)
    if flow.on_passed is not None:
        flow.on_passed(target_id=row.target_id, comment=comment, actor=guise, now=now)


def _following(row: Approval, flow: Flow, beyond: bool, now: datetime) -> tuple[int, str] | None:
    """The step and level that decide next; None when the approval is complete."""
    on = timezone.localdate(now)
    for no in range(row.step + 1, len(flow.steps)):
        if beyond or flow.steps[no].needed(row.amount):
            return no, _level_with_somebody(_at_step(row, no), flow.steps[no].level, on)
    if not beyond:
        return None
    for level in rules.above(row.level):
        if _may_at(row, level) and _somebody(row, level, on):
            return row.step, level
    raise DomainError(
        "nobody", _("Nobody above may approve this amount. Ask headquarters to set the limits.")
    )


def _at_step(row: Approval, step: int) -> Approval:
    """The same approval as it will be at another step; not saved."""
    other = Approval(dealer_id=row.dealer_id, unit_id=row.unit_id, flow=row.flow, step=step)
    other.asked_by_id, other.asked_for_id = row.asked_by_id, row.asked_for_id
    return other


def _level_with_somebody(row: Approval, level: str, on: date) -> str:
    """The level itself, or the next above at which somebody but the asker may decide."""
    for each in (level, *rules.above(level)):
        if _may_at(row, each) and _somebody(row, each, on):
            return each
    raise DomainError("nobody", _("Nobody is there who may decide this. Ask headquarters."))


def _may_at(row: Approval, level: str) -> bool:
    return Grant.objects.filter(role=level, action=queries.action_of(row), allowed=True).exists()


def _somebody(row: Approval, level: str, on: date) -> bool:
    return bool(_deciders(row, level, on))


def _deciders(row: Approval, level: str, on: date) -> set[int]:
    with reach.beyond(_BEYOND):
        found = queries.holders(role=level, dealer_id=row.dealer_id, unit_id=row.unit_id, on=on)
    return set(found) - {row.asked_by_id, row.asked_for_id}


def _call(row: Approval, now: datetime) -> None:
    """Put it on the list of whoever decides now, and tell them and their stand-ins."""
    on = timezone.localdate(now)
    url = reverse("work:approval-detail", kwargs={"pk": row.pk})
    params = {"about": row.summary or row.target_text, "by": row.asked_label}
    wanted = todos.Wanted(
        key=f"work.approval:{row.pk}",
        params=params,
        url=url,
        role=row.level,
        without_id=row.asked_by_id,
        dealer_id=row.dealer_id,
        unit_id=row.unit_id,
        due_at=row.due_at,
    )
    todos.open_todo(code=DECIDE, todo=wanted, now=now, opened_by=row.asked_label)
    called = _deciders(row, row.level, on)
    called |= set(queries.stand_ins_of(user_ids=called, role=row.level, on=on)) - {row.asked_by_id}
    notifying.notify(
        notice=WAITING,
        recipients=called,
        key=f"work.approval:{row.pk}:{row.step}:{row.level}",
        now=now,
        params=params,
        url=url,
        dealer_id=row.dealer_id,
    )


def _end(row: Approval, flow: Flow, verdict: Verdict, comment: str, guise: Actor, now: datetime) -> None:
    """Write the decision, let the thing follow it, and tell who asked."""
    _record(row, verdict, comment, guise, now)
    _close(row, rules.ENDS_IN.get(verdict, ApprovalState.APPROVED), guise, now)
    effect = {
        Verdict.APPROVE: flow.on_approved,
        Verdict.RETURN: flow.on_returned,
        Verdict.REJECT: flow.on_rejected,
    }[verdict]
    if effect is not None:
        effect(target_id=row.target_id, comment=comment, actor=guise, now=now)
    if row.asked_by_id is not None:
        notifying.notify(
            notice=DECIDED[verdict],
            recipients=[row.asked_by_id],
            key=f"work.approval:{row.pk}:decided",
            now=now,
            params={"about": row.summary or row.target_text, "by": _label(guise), "comment": comment},
            url=reverse("work:approval-detail", kwargs={"pk": row.pk}),
            dealer_id=row.dealer_id,
        )


def _record(row: Approval, verdict: Verdict, comment: str, guise: Actor, now: datetime) -> None:
    with reach.beyond(_BEYOND):
        ApprovalDecision.objects.create(
            approval=row,
            step=row.step,
            level=row.level,
            verdict=verdict,
            comment=comment[:1000],
            decided_by_id=guise.user_id,
            by_label=guise.label[:150],
            for_label=guise.for_label[:150],
            decided_at=now,
            due_at=row.due_at,
        )
    after = {"comment": comment, "level": row.level}
    audit.record(
        actor=guise, action=_ACTIONS[verdict], obj=row, now=now, after=after, dealer_id=row.dealer_id
    )


def _close(row: Approval, state: ApprovalState, guise: Actor, now: datetime) -> None:
    row.state, row.decided_at = state, now
    with reach.beyond(_BEYOND):
        row.save(update_fields=["state", "decided_at"])
    todos.close_todo(
        key=f"work.approval:{row.pk}", now=now, by=_label(guise), dropped=state == ApprovalState.WITHDRAWN
    )


def _label(actor: Actor) -> str:
    """How an actor is named: "B for A" when it stands in."""
    if not actor.for_label:
        return actor.label
    return _("%(name)s for %(other)s") % {"name": actor.label, "other": actor.for_label}
