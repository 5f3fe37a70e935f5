"""What happens with duties: reported, returned, waived; every change leaves an event."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.reports.models.duties import Duty
from apps.reports.rules.duties import WAITING, State


@transaction.atomic
def do(*, duty: Duty, note: str, actor: Actor, now: datetime) -> Duty:
    """Report a duty as done by hand. DomainError when it no longer waits, or something else shows it."""
    row = _locked(duty)
    if row.form:
        raise DomainError("by_form", _("This duty is fulfilled by its report; hand the report in."))
    if row.needed is not None:
        raise DomainError("by_count", _("This duty is counted from records; enter the visits or contacts."))
    if not row.waits:
        raise DomainError("not_waiting", _("This duty no longer waits."))
    _finish([row], at=now, note=note, proof=("", None), actor=actor, now=now, action="reports.do_duty")
    return row


@transaction.atomic
def start(*, duty: Duty, actor: Actor, now: datetime) -> Duty:
    """Say that one is at it; repeated, it changes nothing."""
    row = _locked(duty)
    if row.state in (State.OPEN, State.RETURNED):
        before, row.state = row.state, State.STARTED
        row.save(update_fields=["state"])
        _record(row, "reports.start_duty", {"state": before}, {"state": row.state}, actor, now)
    return row


@transaction.atomic
def waive(*, duty: Duty, reason: str, actor: Actor, now: datetime) -> Duty:
    """Free the owner from a duty; it counts neither as done nor as late. DomainError when it is done."""
    row = _locked(duty)
    if not reason.strip():
        raise DomainError("no_reason", _("Give a reason."), fields={"reason": _("Give a reason.")})
    if not row.waits:
        raise DomainError("not_waiting", _("This duty no longer waits."))
    before = row.state
    row.state, row.waived_reason, row.waived_by = State.WAIVED, reason.strip()[:300], actor.label
    row.save(update_fields=["state", "waived_reason", "waived_by"])
    after = {"state": row.state, "waived_reason": row.waived_reason}
    _record(row, "reports.waive_duty", {"state": before}, after, actor, now)
    return row


@transaction.atomic
def fulfil(
    *,
    form: str,
    period: date,
    at: datetime,
    actor: Actor,
    proof: tuple[str, int],
    dealer_id: int | None = None,
    unit_id: int | None = None,
) -> int:
    """A report came in at a moment: every waiting duty of its owner it fulfils is done; returns how many.

    At a unit, where several roles may owe the same report, only those of the actor's roles.
    """
    waiting = _of_form(form, period, dealer_id, unit_id).filter(state__in=WAITING)
    if dealer_id is None and actor.user_id is not None:
        waiting = waiting.filter(role__in=actor.roles)
    rows = list(waiting)
    _finish(rows, at=at, note="", proof=proof, actor=actor, now=at, action="reports.fulfil_duty")
    return len(rows)


@transaction.atomic
def prove(
    *,
    rules: Collection[str],
    dealer_id: int,
    at: datetime,
    actor: Actor,
    proof: tuple[str, int],
) -> int:
    """A record proves duties: those of the rules (by code) that wait today at its dealer, or at a unit of
    the actor for one of its roles, are done; returns how many.
    """
    day = timezone.localdate(at)
    own = Q(unit__in=actor.scope.unit_ids, role__in=actor.roles)
    waiting = Duty.objects.filter(
        Q(dealer=dealer_id) | own,
        rule__code__in=rules,
        state__in=WAITING,
        since__lte=day,
        until__gte=day,
    )
    rows = list(waiting.select_for_update(of=("self",)))
    _finish(rows, at=at, note="", proof=proof, actor=actor, now=at, action="reports.fulfil_duty")
    return len(rows)


@transaction.atomic
def prove_each(*, duties: Collection[int], at: datetime, actor: Actor, proof: tuple[str, int]) -> int:
    """A record proves duties, named by their numbers: those that still wait are done; returns how many."""
    waiting = Duty.objects.filter(pk__in=duties, state__in=WAITING).order_by("pk")
    rows = list(waiting.select_for_update(of=("self",)))
    _finish(rows, at=at, note="", proof=proof, actor=actor, now=at, action="reports.fulfil_duty")
    return len(rows)


@transaction.atomic
def reopen(
    *,
    form: str,
    period: date,
    new_due_at: datetime,
    actor: Actor,
    now: datetime,
    proof: tuple[str, int] | None = None,
    dealer_id: int | None = None,
    unit_id: int | None = None,
) -> int:
    """A report was returned: its duties wait again, up to a new deadline; returns how many.

    With `proof` only those that this very report had fulfilled.
    """
    done = _of_form(form, period, dealer_id, unit_id).filter(state=State.DONE)
    rows = list(done.filter(proof_label=proof[0], proof_id=proof[1]) if proof else done)
    for row in rows:
        before = {"state": row.state, "due_at": row.due_at, "done_at": row.done_at}
        grace = row.grace_at - row.due_at
        row.state, row.done_at, row.done_by, row.done_for = State.RETURNED, None, "", ""
        row.due_at, row.due_on, row.grace_at = new_due_at, timezone.localdate(new_due_at), new_due_at + grace
        row.save(update_fields=["state", "done_at", "done_by", "done_for", "due_at", "due_on", "grace_at"])
        _record(row, "reports.reopen_duty", before, {"state": row.state, "due_at": new_due_at}, actor, now)
    return len(rows)


def due_of(
    *, form: str, period: date, dealer_id: int | None = None, unit_id: int | None = None
) -> Duty | None:
    """The duty a report of a month fulfils, whatever its state; None when nobody asked for the report."""
    rows = _of_form(form, period, dealer_id, unit_id, locked=False)
    return rows.select_related("rule").order_by("due_at", "pk").first()


def _of_form(
    form: str, period: date, dealer_id: int | None, unit_id: int | None, *, locked: bool = True
) -> QuerySet[Duty]:
    owner = Q(dealer=dealer_id) if dealer_id is not None else Q(unit=unit_id)
    rows = Duty.objects.filter(owner, form=form, since=period)
    return rows.select_for_update(of=("self",)) if locked else rows


def _finish(
    rows: list[Duty],
    *,
    at: datetime,
    note: str,
    proof: tuple[str, int | None],
    actor: Actor,
    now: datetime,
    action: str,
) -> None:
    for row in rows:
        before = row.state
        row.state, row.done_at, row.done_by, row.done_for = State.DONE, at, actor.label, actor.for_label
        row.note, (row.proof_label, row.proof_id) = note, proof
        row.save(update_fields=["state", "done_at", "done_by", "done_for", "note", "proof_label", "proof_id"])
        _record(row, action, {"state": before}, {"state": row.state, "done_at": at}, actor, now)


def _locked(duty: Duty) -> Duty:
    return Duty.objects.select_for_update(of=("self",)).select_related("rule").get(pk=duty.pk)


def _record(
    row: Duty,
    action: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(actor=actor, action=action, obj=row, now=now, before=before, after=after)
