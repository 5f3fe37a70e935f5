"""What is done with a report: begin, save, upload, submit, decide, lock, correct."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit, files
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.spreadsheet.errors import FileRefused
from apps.reports import inputs, policies, registry
from apps.reports.inputs import Given
from apps.reports.models import Submission, SubmissionVersion
from apps.reports.queries import submissions as queries
from apps.reports.rules import checking, contents
from apps.reports.rules.declaration import Finding, Level, Period, ReportForm
from apps.reports.rules.states import EDITABLE, Source, State, Step, after
from apps.reports.services import effects
from apps.reports.workbooks import reading

MOST_BYTES = reading.LIMITS.file_bytes


@dataclass(frozen=True)
class Uploaded:
    """What an upload led to; `same` when the file was there already and nothing changed."""

    submission: Submission
    version: SubmissionVersion
    same: bool = False


@transaction.atomic
def begin(
    *, form: ReportForm, place: queries.Place, period: Period, actor: Actor, now: datetime
) -> Submission:
    """The report of a place about a period: begun, or the one that is there.

    Errors: `not_yours` when the actor does not fill in this form there, `future` before the period is due: it
    begins, or, for a plan, the one before does.
    """
    today = timezone.localdate(now)
    if place not in queries.places(form, actor=actor, on=today):
        raise DomainError("not_yours", _("This report is filled in by others."))
    if period.first > max(form.period_of(today).first, form.period_filed(today).first):
        raise DomainError("future", _("This period has not begun yet."))
    row, new = Submission.objects.get_or_create(
        form=form.code,
        period=period.first,
        dealer=place.dealer,
        unit=place.unit,
        user_id=place.user_id,
        defaults={
            "form_version": form.version,
            "reviewer": form.reviewer,
            "period_text": str(period),
            "created_at": now,
            "saved_at": now,
            "saved_by": actor.label,
        },
    )
    if new:
        row.due_at = effects.due_at(row)
        known = {code: value for code, value in queries.known(row).items() if code in form.by_code}
        content = checking.derived(
            form, replace(queries.content(row), values=known, tables=queries.first_rows(row))
        )
        _put(row, Given(content), actor, now)
        audit.record(actor=actor, action="reports.begin", obj=row, now=now, after=_told(row))
    return row


@transaction.atomic
def save(
    *,
    submission: Submission,
    given: Given,
    edition: int,
    actor: Actor,
    now: datetime,
    reasons: Mapping[str, str] | None = None,
) -> Submission:
    """Keep a draft, right or wrong, with its findings.

    Errors: `stale` when somebody saved since `edition`; `not_editable`; `not_yours`.
    """
    row = _editable(submission, actor)
    _expect(row, edition)
    before = {"errors": row.errors, "to_explain": row.to_explain}
    if reasons is not None:
        row.reasons = {**row.reasons, **{code: text[:500] for code, text in reasons.items() if text}}
    _put(row, given, actor, now)
    after_ = {"errors": row.errors, "to_explain": row.to_explain}
    audit.record(actor=actor, action="reports.save", obj=row, now=now, before=before, after=after_)
    return row


@transaction.atomic
def upload(*, submission: Submission, content: bytes, name: str, actor: Actor, now: datetime) -> Uploaded:
    """Read a filled workbook into the draft and keep it as a version; the same file twice is one version.

    Errors: `file_too_large`, `file_refused`, `not_editable`, `not_yours`.
    """
    row = _editable(submission, actor)
    if len(content) > MOST_BYTES:
        raise DomainError(
            "file_too_large", _("The file is larger than %(limit)s MB."), limit=MOST_BYTES // 2**20
        )
    digest = hashlib.sha256(content).hexdigest()
    last = row.versions.order_by("-no").first()
    if last is not None and last.file_sha256 == digest and last.content == row.content:
        return Uploaded(row, last, same=True)
    form = registry.form(row.form)
    try:
        sheet = reading.read(form, queries.head(row), content, name)
    except FileRefused as refused:
        raise DomainError("file_refused", refused.message) from refused
    stored = files.store(content=content, name=name, actor=actor, now=now, dealer_id=row.dealer_id)
    _put(row, inputs.from_sheet(form, sheet), actor, now)
    kept = _keep(row, Source.EXCEL, actor, now, file=stored, digest=digest)
    audit.record(actor=actor, action="reports.upload", obj=row, now=now, after=_told(row))
    return Uploaded(row, kept)


@transaction.atomic
def submit(
    *,
    submission: Submission,
    edition: int,
    actor: Actor,
    now: datetime,
    source: Source = Source.WEB,
) -> Submission:
    """Hand a valid report in; the server's clock says whether it is on time.

    Errors: `stale`, `not_editable`, `not_yours`, `not_valid` while something is wrong or unexplained.
    """
    row = _editable(submission, actor)
    _expect(row, edition)
    form = registry.form(row.form)
    content = queries.content(row)
    findings = _judged(row, form, Given(content, tuple(_read_findings(row)), row.content.get("raw", {})))
    if checking.blocks(findings):
        raise DomainError("not_valid", _("Correct or explain what is listed before you submit the report."))
    last = row.versions.order_by("-no").first()
    if last is None or last.content != row.content:
        last = _keep(row, source, actor, now)
    first_time = row.submitted_at is None
    row.due_at = row.due_at or effects.due_at(row)
    row.state, row.submitted_version = _step(row, Step.SUBMIT), last.no
    row.submitted_by, row.submitted_by_id = actor.label, actor.user_id
    row.submitted_at, row.comment, row.reasons = now, "", {}
    row.edition += 1
    if first_time or row.on_time is not True:
        row.on_time = None if row.due_at is None else now <= row.due_at
    row.save()
    audit.record(actor=actor, action="reports.submit", obj=row, now=now, after=_told(row))
    effects.submitted(row, content, actor=actor, now=now)
    return row


def call_reviewers(*, now: datetime) -> int:
    """Ask for the review of submitted reports nobody could be asked about so far; returns of how many."""
    found = 0
    for row in queries.unasked():
        with suppress(effects.NobodyReviews):  # still nobody: the page of the report says who is missing
            effects.ask_review(row, now=now)
            found += 1
    return found


@transaction.atomic
def approve(*, submission: Submission, comment: str, actor: Actor, now: datetime) -> Submission:
    """Take a submitted report as final. Errors: `not_submitted`."""
    row = _decided(submission, Step.APPROVE, comment, actor, now)
    effects.approved(row, queries.content(row), actor=actor, now=now)
    return row


@transaction.atomic
def send_back(*, submission: Submission, comment: str, actor: Actor, now: datetime) -> Submission:
    """Return a submitted report to who handed it in. Errors: `not_submitted`, `no_comment`."""
    if not comment.strip():
        raise DomainError("no_comment", _("Say what is to be changed."), fields={"comment": _("Required.")})
    row = _decided(submission, Step.RETURN, comment, actor, now)
    effects.returned(row, queries.content(row), actor=actor, now=now)
    return row


@transaction.atomic
def lock(*, submission: Submission, actor: Actor, now: datetime) -> Submission:
    """Lock an approved report, so that only headquarters reopen it. Errors: `not_yours`, `not_approved`."""
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    if not policies.submission.can(actor, policies.REVIEW, row):
        raise DomainError("not_yours", _("Your role does not include this action."))
    state = after(row.state, Step.LOCK)
    if state is None:
        raise DomainError("not_approved", _("Only an approved report can be locked."))
    _move(row, state, "reports.lock", actor, now, {})
    return row


@transaction.atomic
def correct(*, submission: Submission, reason: str, actor: Actor, now: datetime) -> Submission:
    """Reopen an approved report for a corrected version; the approved one counts until that is submitted.

    Errors: `not_yours` for who neither fills it in nor reviews it, `not_final`, `no_reason`, `locked` when a
    locked report is not reopened by headquarters.
    """
    reviews = bool(policies.submission.can(actor, policies.REVIEW, submission))
    if not reviews and not queries.may_fill(submission, actor=actor):
        raise DomainError("not_yours", _("Your role does not include this action."))
    if not reason.strip():
        raise DomainError("no_reason", _("Give the reason."), fields={"reason": _("Required.")})
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    state = after(row.state, Step.CORRECT)
    if state is None:
        raise DomainError("not_final", _("Only an approved report is corrected; change the draft instead."))
    if row.state == State.LOCKED and not actor.scope.everything:
        raise DomainError("locked", _("The report is locked; ask headquarters to reopen it."))
    row.comment = reason[:1000]
    _move(row, state, "reports.correct", actor, now, {"reason": reason})
    return row


def _editable(submission: Submission, actor: Actor) -> Submission:
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    if not actor.may(policies.FILL) or not queries.may_fill(row, actor=actor):
        raise DomainError("not_yours", _("This report is filled in by others."))
    if row.state not in EDITABLE:
        raise DomainError("not_editable", _("The report was submitted and cannot be changed now."))
    return row


def _expect(row: Submission, edition: int) -> None:
    if row.edition != edition:
        raise DomainError(
            "stale",
            _("%(who)s saved this report at %(at)s. Open it again to go on; what you typed is still here."),
            who=row.saved_by,
            at=f"{row.saved_at:%H:%M}",
        )


def _put(row: Submission, given: Given, actor: Actor, now: datetime) -> None:
    """Write content, findings and their counts into the row."""
    form = registry.form(row.form)
    content = checking.derived(form, given.content)
    found = _judged(row, form, replace(given, content=content))
    counts = checking.counts(found)
    row.content = contents.encode(content) | ({"raw": dict(given.raw)} if given.raw else {})
    address = given.address or (lambda finding: inputs.address_of(form, finding))
    row.findings = [
        {**plain, "address": address(finding)}
        for plain, finding in zip(contents.encode_findings(found), found, strict=True)
    ]
    row.errors, row.to_explain = counts[Level.ERROR], counts[Level.EXPLAIN]
    row.form_version = form.version
    row.edition += 1
    row.saved_at, row.saved_by = now, actor.label
    row.save()


def _judged(row: Submission, form: ReportForm, given: Given) -> list[Finding]:
    """What reading found and what checking finds."""
    context = queries.context(row, given.content)
    return [*given.findings, *checking.check(form, given.content, context, given.unreadable)]


def _read_findings(row: Submission) -> list[Finding]:
    """The findings of reading, which a check cannot find again; those of checks are found anew."""
    stored = contents.decode_findings(row.findings)
    unread = set(row.content.get("raw", {}))
    about_file = ("@form", "@owner", "@period", "@cell")
    return [each for each in stored if each.field in about_file or each.place in unread]


def _keep(
    row: Submission,
    source: Source,
    actor: Actor,
    now: datetime,
    *,
    file: Any = None,
    digest: str = "",
) -> SubmissionVersion:
    row.version += 1
    row.save(update_fields=["version"])
    return SubmissionVersion.objects.create(
        submission=row,
        no=row.version,
        form_version=row.form_version,
        content=row.content,
        findings=row.findings,
        reasons=row.reasons,
        source=source,
        file=file,
        file_sha256=digest,
        recorded_at=now,
        recorded_by=actor.label,
    )


def _decided(submission: Submission, step: Step, comment: str, actor: Actor, now: datetime) -> Submission:
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    state = after(row.state, step)
    if state is None:
        raise DomainError("not_submitted", _("Only a submitted report can be decided."))
    who = _("%(name)s for %(other)s") % {"name": actor.label, "other": actor.for_label}
    row.decided_by = str(who) if actor.for_label else actor.label
    row.decided_at, row.comment = now, comment[:1000]
    _move(row, state, f"reports.{step.value}", actor, now, {"comment": comment})
    return row


def _step(row: Submission, step: Step) -> State:
    state = after(row.state, step)
    assert state is not None
    return state


def _move(
    row: Submission, state: State, action: str, actor: Actor, now: datetime, told: Mapping[str, Any]
) -> None:
    before = {"state": row.state}
    row.state = state
    row.edition += 1
    row.save()
    audit.record(actor=actor, action=action, obj=row, now=now, before=before, after={"state": state, **told})


def _told(row: Submission) -> dict[str, Any]:
    """What the trail says of a report."""
    return {
        "state": row.state,
        "version": row.version,
        "errors": row.errors,
        "to_explain": row.to_explain,
        "on_time": row.on_time,
    }
