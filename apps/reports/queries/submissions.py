"""Reads of reports: what one may fill in, what a check compares with, versions and their differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import Assignment
from apps.core import reach
from apps.core.access import Actor
from apps.dealers.models import Dealer, OrgUnit
from apps.kernel.period import Month
from apps.metrics.models import MeasureValue
from apps.metrics.queries import months
from apps.reports import policies, registry
from apps.reports.models import Submission, SubmissionVersion
from apps.reports.models.submissions import period_label
from apps.reports.rules import checking, comparing, contents
from apps.reports.rules.declaration import (
    Content,
    Context,
    Owner,
    Period,
    PeriodKind,
    ReportForm,
    Subject,
    Value,
    period_before,
)
from apps.reports.rules.states import EDITABLE, State
from apps.reports.workbooks import writing
from apps.reports.workbooks.head import Head
from apps.work.models import Approval
from apps.work.rules.states import ApprovalState

MOST_PLACES = 50


@dataclass(frozen=True)
class Place:
    """Where an actor may fill in a form: a dealer, or a unit in which a person holds the role."""

    dealer: Dealer | None = None
    unit: OrgUnit | None = None
    user_id: int | None = None

    def __str__(self) -> str:
        return str(self.dealer or self.unit)


def submissions(*, actor: Actor) -> QuerySet[Submission]:
    """The reports the actor may see."""
    rows = Submission.objects.select_related("dealer", "unit", "user")
    return policies.submission.visible_to(actor, rows)


def versions(*, actor: Actor) -> QuerySet[SubmissionVersion]:
    """The versions of the reports the actor may see."""
    rows = SubmissionVersion.objects.select_related("submission", "file")
    return policies.version.visible_to(actor, rows)


def fillable(*, actor: Actor) -> list[ReportForm]:
    """The forms one of the actor's roles fills in, by name."""
    held = {reach.role for reach in actor.reaches if policies.FILL in reach.actions}
    own = [form for form in registry.forms().values() if form.roles & held]
    return sorted(own, key=lambda form: str(form.label))


def places(form: ReportForm, *, actor: Actor, on: date) -> list[Place]:
    """Where the actor may fill in a form on a day: its dealers, or the units of its own assignments."""
    if form.owner is Owner.DEALER:
        reached = frozenset[int]().union(*(r.scope.dealer_ids for r in _filling(form, actor)))
        rows = Dealer.objects.filter(pk__in=reached).order_by("code")
        return [Place(dealer=row) for row in rows]
    person = actor.for_id or actor.user_id or 0
    held = Assignment.objects.filter(
        user_id=person,
        role__in=[r.role for r in _filling(form, actor)],
        unit__isnull=False,
        valid_from__lte=on,
    ).exclude(valid_to__lt=on)
    units = OrgUnit.objects.filter(pk__in=held.values("unit_id")).order_by("code")
    user_id = person if form.owner is Owner.PERSON else None
    return [Place(unit=row, user_id=user_id) for row in units]


def _filling(form: ReportForm, actor: Actor) -> list[Any]:
    return [r for r in actor.reaches if r.role in form.roles and policies.FILL in r.actions]


def may_fill(submission: Submission, *, actor: Actor) -> bool:
    """Whether the actor is one of those who fill in this report."""
    form = registry.forms().get(submission.form)
    if form is None:
        return False
    if submission.user_id is not None:
        return submission.user_id in (actor.for_id, actor.user_id) and bool(_filling(form, actor))
    return any(
        submission.dealer_id in r.scope.dealer_ids or submission.unit_id in r.scope.unit_ids
        for r in _filling(form, actor)
    )


def found(form: ReportForm, place: Place, period: Period) -> Submission | None:
    """The report of a place about a period, if it was begun."""
    return (
        Submission.objects.filter(
            form=form.code,
            period=period.first,
            dealer=place.dealer,
            unit=place.unit,
            user=place.user_id,
        )
        .order_by("pk")
        .first()
    )


def subject(submission: Submission) -> Subject:
    """Whose report of which period it is."""
    form = registry.form(submission.form)
    return Subject(
        form.read_period(submission.period_text),
        submission.dealer_id,
        submission.unit_id,
        submission.user_id,
    )


def head(submission: Submission) -> Head:
    """What the head of its workbook says."""
    form = registry.form(submission.form)
    if submission.dealer is not None:
        code, name = submission.dealer.code, submission.dealer.name
    elif submission.user is not None:
        code, name = submission.user.username, f"{submission.unit} {submission.user}"
    else:
        assert submission.unit is not None
        code, name = submission.unit.code, submission.unit.name
    return Head(form.code, form.version, code, name, submission.period_text)


def content(submission: Submission) -> Content:
    """The draft as it stands, derived fields computed."""
    form = registry.form(submission.form)
    return checking.derived(form, contents.decode(form, submission.content))


def submitted_content(submission: Submission) -> Content | None:
    """The version submitted last; None before the first submission."""
    if not submission.submitted_version:
        return None
    form = registry.form(submission.form)
    row = SubmissionVersion.objects.get(submission=submission, no=submission.submitted_version)
    return checking.derived(form, contents.decode(form, row.content))


def prior(submission: Submission) -> Mapping[str, Value]:
    """The values the same owner submitted for the period before; empty without any."""
    form = registry.form(submission.form)
    if form.prior is not None:
        return form.prior(subject(submission))
    before = period_before(form.read_period(submission.period_text))
    if before is None:
        return {}
    row = Submission.objects.filter(
        form=form.code,
        period=before.first,
        dealer=submission.dealer_id,
        unit=submission.unit_id,
        user=submission.user_id,
        submitted_version__gt=0,
    ).first()
    known = submitted_content(row) if row is not None else None
    return known.values if known is not None else {}


def known(submission: Submission) -> Mapping[str, Value]:
    """What the product knows already of what the form asks."""
    form = registry.form(submission.form)
    told = form.given(subject(submission)) if form.given is not None else {}
    return {**_measured(form, submission), **told}


def first_rows(submission: Submission) -> dict[str, tuple[Mapping[str, Value], ...]]:
    """The rows the tables of a report begin with, by section."""
    form = registry.form(submission.form)
    told = form.rows(subject(submission)) if form.rows is not None else {}
    return {section: tuple(rows) for section, rows in told.items()}


def _measured(form: ReportForm, submission: Submission) -> dict[str, Value]:
    """The fields that name a measure, from the monthly store; nothing while the month was not computed."""
    wanted = {each.measure: each for each in form.lines() if each.measure}
    if not wanted or submission.dealer_id is None or form.period is not PeriodKind.MONTH:
        return {}
    month = Month.of(submission.period)
    reading = months.revision_of(month)
    if reading is None:
        return {}
    rows = MeasureValue.objects.filter(
        period=month.first,
        revision=reading.revision,
        dealer=submission.dealer_id,
        measure__in=wanted,
        dimension="",
    )
    return {wanted[row.measure].code: contents.typed(wanted[row.measure], str(row.value)) for row in rows}


def context(submission: Submission, reading: Content) -> Context:
    """What a check of a content compares with; a note that is new counts as the reason of a change."""
    form = registry.form(submission.form)
    former = submitted_content(submission)
    reasons = dict(submission.reasons)
    if former is not None:
        said = {code: note for code, note in reading.notes.items() if note != former.notes.get(code)}
        reasons = {**said, **reasons}
    extra = form.context(subject(submission)) if form.context is not None else {}
    return Context(prior(submission), known(submission), former, reasons, extra)


def unasked() -> QuerySet[Submission]:
    """Submitted reports about which nobody is asked; for the system."""
    label = Submission._meta.label_lower
    waiting = Approval.objects.filter(target_label=label, state=ApprovalState.WAITING)
    rows = Submission.objects.filter(state=State.SUBMITTED).exclude(pk__in=waiting.values("target_id"))
    return rows.select_related("dealer", "unit", "user").order_by("pk")


def nobody_reviews(submission: Submission) -> bool:
    """Whether a submitted report waits for a review nobody could be asked for."""
    if submission.state != State.SUBMITTED:
        return False
    with reach.beyond("who sees a report may know that its reviewer's post is vacant"):
        return unasked().filter(pk=submission.pk).exists()


def differences(
    submission: Submission, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[comparing.Change]:
    """The cells that differ between two stored contents of a report."""
    form = registry.form(submission.form)
    old, new = (checking.derived(form, contents.decode(form, each)) for each in (before, after))
    return list(comparing.changes(form, old, new))


def _key(row: Dealer | OrgUnit | None) -> int | None:
    return None if row is None else row.pk


@dataclass(frozen=True)
class Opening:
    """A form at a place with its latest periods, what they are called, and the reports begun for them."""

    form: ReportForm
    no: int
    place: Place
    periods: list[tuple[Period, str, Submission | None]]


def openings(*, actor: Actor, on: date) -> list[Opening]:
    """What the actor may fill in on a day, each with the current period and those before."""
    found: list[Opening] = []
    own = {
        (row.form, row.period, row.dealer_id, row.unit_id, row.user_id): row
        for row in submissions(actor=actor).filter(period__gte=on.replace(year=on.year - 2))
    }
    for form in fillable(actor=actor):
        for no, place in enumerate(places(form, actor=actor, on=on)[:MOST_PLACES]):
            key = (_key(place.dealer), _key(place.unit), place.user_id)
            periods = [
                (period, period_label(str(period)), own.get((form.code, period.first, *key)))
                for period in _latest(form.period_filed(on))
            ]
            found.append(Opening(form, no, place, periods))
    return found


def _latest(period: Period) -> list[Period]:
    """A period and the two before."""
    found = [period]
    while len(found) < 3 and (before := period_before(found[-1])) is not None:
        found.append(before)
    return found


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a version, or the draft (number 0)."""

    no: int
    content: Mapping[str, Any]


def compared(
    submission: Submission, held: Sequence[SubmissionVersion], asked: Mapping[str, str]
) -> tuple[Side | None, Side | None]:
    """The two sides to compare: those asked for, else the version submitted last and what came after it."""
    sides = {str(row.no): Side(row.no, row.content) for row in held}
    draft = Side(0, submission.content)
    after = sides.get(asked.get("after", ""), draft)
    if "before" in asked:
        return sides.get(asked["before"]), after
    kept = submission.submitted_version
    if submission.state in EDITABLE:
        return sides.get(str(kept)), draft
    earlier = [row.no for row in held if row.no < kept]
    return (sides[str(max(earlier))] if earlier else None), sides.get(str(kept))


def workbook(submission: Submission, *, marked: bool) -> bytes:
    """The workbook of a report as it stands; `marked` with its findings."""
    form = registry.form(submission.form)
    findings = contents.decode_findings(submission.findings) if marked else []
    raw = submission.content.get("raw", {}) if marked else {}
    filled = writing.Filled(content(submission), prior(submission), findings, raw)
    return writing.write(form, head(submission), filled)
