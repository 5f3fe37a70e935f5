"""What a step of a report brings with it: the form's own services, the duty it fulfils, the approval."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.core.access import Actor, Scope
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.reports import registry
from apps.reports.models import Submission
from apps.reports.rules.declaration import Content
from apps.reports.services import duties
from apps.work import calendar
from apps.work import services as work
from apps.work.models import Approval

RETURN_WORKDAYS = 2


def flow_of(form: str) -> str:
    """The code of the approval a form asks for."""
    return f"reports.review:{form}"


def due_at(submission: Submission) -> datetime | None:
    """When the report is due; None while no duty asks for it."""
    found = duties.due_of(
        form=submission.form,
        period=submission.period,
        dealer_id=submission.dealer_id,
        unit_id=submission.unit_id,
    )
    return found.due_at if found is not None else None


def moved(due: datetime, now: datetime) -> datetime:
    """A returned report's deadline: two working days after the old one, or after today when it passed."""
    local, today = timezone.localtime(due), timezone.localdate(now)
    day = calendar.load().add_workdays(max(local.date(), today), RETURN_WORKDAYS)
    return local.replace(year=day.year, month=day.month, day=day.day)


def submitted(submission: Submission, content: Content, *, actor: Actor, now: datetime) -> None:
    """The figures count as provisional, the duty is fulfilled, and the reviewer is asked."""
    form = registry.form(submission.form)
    if form.on_submitted is not None:
        form.on_submitted(submission=submission, content=content, actor=actor, now=now)
    duties.fulfil(
        form=submission.form,
        period=submission.period,
        at=now,
        actor=actor,
        proof=(submission._meta.label_lower, submission.pk),
        dealer_id=submission.dealer_id,
        unit_id=submission.unit_id,
    )
    with suppress(NobodyReviews):  # a vacant post must not keep a report from coming in on time
        ask_review(submission, asked_by=actor, now=now)


class NobodyReviews(DomainError):
    """The reviewer's post and every level above it are vacant, so nobody may decide about a report."""

    def __init__(self, reviewer: str) -> None:
        text = _("“%(role)s” and all levels above are vacant here. Ask headquarters to fill the post.")
        super().__init__("nobody", text, role=role_names.NAMES[Role(reviewer)])


def ask_review(submission: Submission, *, now: datetime, asked_by: Actor | None = None) -> Approval:
    """Ask the reviewer of a report, or where the post is vacant the level above.

    Without `asked_by` in the name of who submitted it. Errors: NobodyReviews.
    """
    dealers = frozenset() if submission.dealer_id is None else frozenset({submission.dealer_id})
    submitter = Actor(submission.submitted_by_id, submission.submitted_by, scope=Scope(dealer_ids=dealers))
    ask = work.Ask(
        flow=flow_of(submission.form),
        target=submission,
        dealer_id=submission.dealer_id,
        unit_id=submission.unit_id,
        summary=str(submission),
        url=reverse("reports:report-detail", kwargs={"pk": submission.pk}),
    )
    try:
        return work.ask_approval(ask=ask, asked_by=asked_by or submitter, now=now)
    except DomainError as error:
        if error.code != "nobody":
            raise
        raise NobodyReviews(str(registry.form(submission.form).reviewer)) from error


def approved(submission: Submission, content: Content, *, actor: Actor, now: datetime) -> None:
    """The figures count as final."""
    form = registry.form(submission.form)
    if form.on_approved is not None:
        form.on_approved(submission=submission, content=content, actor=actor, now=now)


def returned(submission: Submission, content: Content, *, actor: Actor, now: datetime) -> None:
    """The figures count no more until the report is submitted again; its duty waits up to a new deadline."""
    if submission.due_at is not None:
        submission.due_at = moved(submission.due_at, now)
        submission.save(update_fields=["due_at"])
        duties.reopen(
            form=submission.form,
            period=submission.period,
            new_due_at=submission.due_at,
            proof=(submission._meta.label_lower, submission.pk),
            actor=actor,
            now=now,
            dealer_id=submission.dealer_id,
            unit_id=submission.unit_id,
        )
    form = registry.form(submission.form)
    if form.on_returned is not None:
        form.on_returned(submission=submission, content=content, actor=actor, now=now)
