"""What people do about an alert: take note of it, plan measures, say that they are done, close it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.alerts.models import AlertAction, AlertEpisode
from apps.alerts.rules import CloseReason, Outcome
from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError


@transaction.atomic
def acknowledge(*, episode: AlertEpisode, plan: str, actor: Actor, now: datetime) -> AlertEpisode:
    """Take note of an open alert and say what will be done; raises `closed` for a closed one."""
    locked = _open(episode)
    before = {"state": locked.state, "plan": locked.plan}
    locked.state, locked.plan = "acknowledged", plan
    locked.acknowledged_by, locked.acknowledged_at = actor.label, now
    locked.save(update_fields=["state", "plan", "acknowledged_by", "acknowledged_at"])
    after = {"state": locked.state, "plan": plan}
    audit.record(actor=actor, action="alerts.acknowledge", obj=locked, now=now, before=before, after=after)
    return locked


@transaction.atomic
def plan(
    *,
    episode: AlertEpisode,
    kind: str,
    text: str,
    units: int | None,
    due_on: date | None,
    actor: Actor,
    now: datetime,
) -> AlertAction:
    """Add a measure to an open alert, for so many cars until a day; an unanswered one is acknowledged by it.

    Raises `closed`, and `past` for a day that is over.
    """
    locked = _open(episode)
    if due_on is not None and due_on < timezone.localdate(now):
        past = _("This day is over.")
        raise DomainError("past", past, fields={"due_on": past})
    if locked.state == "open":
        acknowledge(episode=locked, plan=text, actor=actor, now=now)
    row = AlertAction.objects.create(
        episode=locked,
        kind=kind,
        text=text,
        units=units,
        due_on=due_on,
        planned_at=now,
        planned_by=actor.label,
    )
    after: dict[str, Any] = {"text": text, "units": units, "due_on": due_on and due_on.isoformat()}
    audit.record(actor=actor, action="alerts.plan", obj=locked, now=now, after=after)
    return row


@transaction.atomic
def finish(*, action: AlertAction, actor: Actor, now: datetime) -> AlertAction:
    """Say that a measure is done; doing so twice changes nothing."""
    locked = AlertAction.objects.select_for_update(of=["self"]).select_related("episode").get(pk=action.pk)
    if locked.done_at is None:
        locked.done_at, locked.done_by = now, actor.label
        locked.save(update_fields=["done_at", "done_by"])
        after = {"text": locked.text, "done_at": now.isoformat()}
        audit.record(actor=actor, action="alerts.finish", obj=locked.episode, now=now, after=after)
    return locked


@transaction.atomic
def settle(
    *, episode: AlertEpisode, outcome: Outcome, note: str, actor: Actor, now: datetime
) -> AlertEpisode:
    """Close an alert before its value is back, with what came of it; it stays closed until the value was
    back and crosses the limit again. Raises `closed`.
    """
    locked = _open(episode)
    before = {"state": locked.state}
    locked.state, locked.close_reason = "closed", CloseReason.BY_HAND
    locked.closed_on = timezone.localdate(now)
    locked.outcome, locked.outcome_note = outcome, note
    locked.save(update_fields=["state", "close_reason", "closed_on", "outcome", "outcome_note"])
    after = {"state": "closed", "outcome": outcome, "outcome_note": note}
    audit.record(actor=actor, action="alerts.settle", obj=locked, now=now, before=before, after=after)
    return locked


def _open(episode: AlertEpisode) -> AlertEpisode:
    locked = AlertEpisode.objects.select_for_update(of=["self"]).get(pk=episode.pk)
    if locked.state == "closed":
        raise DomainError("closed", _("This alert is closed already."))
    return locked
