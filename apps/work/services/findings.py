"""What an activity brought to light: recorded, shared with the dealer, answered, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.work.models import Activity, Finding
from apps.work.policies import activities as policies
from apps.work.rules.activities import State
from apps.work.services import holding, notifying, todos

END_OF_DAY = time(18, 0)


@dataclass(frozen=True)
class Found:
    """What was found, how serious it is, by when it has to be dealt with, and whether the dealer sees it."""

    text: str
    due_on: date
    kind: str = "issue"
    severity: str = "minor"
    shared: bool = False
    question: str = ""


@transaction.atomic
def open_finding(*, activity: Activity, found: Found, actor: Actor, now: datetime) -> Finding:
    """Record a finding of an activity; `shared` when it shall go to a dealer and there is none."""
    row = holding.own(activity, actor)
    if row.state == State.CANCELLED:
        raise DomainError("ended", _("This activity has ended."))
    if found.shared and row.dealer_id is None:
        message = _("This activity is about no dealer.")
        raise DomainError("shared", message, fields={"shared": message})
    finding = Finding.objects.create(
        activity=row,
        unit_id=row.unit_id,
        person_id=row.person_id,
        rank=row.rank,
        dealer_id=row.dealer_id,
        kind=found.kind,
        question=found.question[:40],
        text=found.text[:2000],
        severity=found.severity,
        shared=found.shared,
        due_on=found.due_on,
        created_at=now,
    )
    told = {"kind": found.kind, "severity": found.severity, "due_on": found.due_on, "shared": found.shared}
    _record(finding, "work.open_finding", actor, now, after=told)
    _ask(finding, actor, now)
    return finding


@transaction.atomic
def answer_finding(*, finding: Finding, answer: str, actor: Actor, now: datetime) -> Finding:
    """Say what was done about a finding; the dealer it is shared with may, and the maker's people."""
    row = _locked(finding, actor)
    if row.state == "closed":
        raise DomainError("closed", _("This finding is closed."))
    before = {"state": row.state, "answer": row.answer}
    row.state, row.answer = "answered", answer[:2000]
    row.answered_by, row.answered_at = actor.label[:150], now
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    after = {"state": row.state, "answer": row.answer}
    _record(row, "work.answer_finding", actor, now, before=before, after=after)
    todos.close_todo(key=_key(row), now=now, by=actor.label)
    if row.person_id not in policies.selves(actor):
        said = todos.Wanted(
            f"{_key(row)}:answered", {"text": row.text[:80]}, _url(row), user_id=row.person_id
        )
        todos.open_todo(code="work.finding_answered", todo=said, now=now, opened_by=actor.label)
    return row


@transaction.atomic
def close_finding(*, finding: Finding, actor: Actor, now: datetime) -> Finding:
    """Accept that a finding is dealt with; only the maker's people close what they found."""
    row = _locked(finding, actor)
    if actor.is_dealer:
        raise DomainError("not_yours", _("Who recorded the finding closes it."))
    if row.state == "closed":
        raise DomainError("closed", _("This finding is closed."))
    before = {"state": row.state}
    row.state, row.closed_by, row.closed_at = "closed", actor.label[:150], now
    row.save(update_fields=["state", "closed_by", "closed_at"])
    _record(row, "work.close_finding", actor, now, before=before, after={"state": row.state})
    todos.close_todos(keys=[_key(row), f"{_key(row)}:answered"], now=now, by=actor.label)
    return row


def _ask(finding: Finding, actor: Actor, now: datetime) -> None:
    """Make the finding a to-do: of the dealer's general manager when it is shared, else of its person."""
    due_at = timezone.make_aware(datetime.combine(finding.due_on, END_OF_DAY))
    told = {"text": finding.text[:80], "by": actor.label}
    wanted = todos.Wanted(_key(finding), told, _url(finding), due_at=due_at)
    if finding.shared:
        wanted = replace(wanted, role=Role.DEALER_GENERAL.value, dealer_id=finding.dealer_id)
    else:
        wanted = replace(wanted, user_id=finding.person_id, unit_id=finding.unit_id)
    todos.open_todo(code="work.finding", todo=wanted, now=now, opened_by=actor.label)
    if finding.shared and finding.dealer_id is not None:
        notifying.tell_holders(
            notice="work.finding_shared",
            roles={Role.DEALER_GENERAL},
            dealer_id=finding.dealer_id,
            key=_key(finding),
            now=now,
            params=told,
            url=_url(finding),
        )


def _key(finding: Finding) -> str:
    return f"work.finding:{finding.pk}"


def _url(finding: Finding) -> str:
    return reverse("work:finding-detail", kwargs={"pk": finding.pk})


def _locked(finding: Finding, actor: Actor) -> Finding:
    row = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if not policies.finding.can(actor, policies.ANSWER, row):
        raise DomainError("not_yours", _("This finding is not yours to answer."))
    return row


def _record(
    finding: Finding,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object],
) -> None:
    """The event; a dealer reads it only of what is shared with it."""
    audit.record(actor=actor, action=action, obj=finding, now=now, before=before, after=after)
