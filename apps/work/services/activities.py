"""An activity from its plan to its end: check-in, answers, pictures, done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import audit, filekinds, files, news
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers import services as dealers
from apps.dealers.models import OrgUnit
from apps.work import kinds
from apps.work.models import Activity, ActivityPhoto, Finding
from apps.work.policies import activities as policies
from apps.work.queries import activities as queries
from apps.work.queries import route
from apps.work.queries.activities import About
from apps.work.rules import activities as rules
from apps.work.rules.activities import Located, Point, State
from apps.work.services import holding, meetings, notifying

MOST_PHOTOS = 30
UNDONE = (State.PLANNED, State.STARTED)


@dataclass(frozen=True)
class Plan:
    """What somebody means to do."""

    kind: str
    planned_on: date
    planned_time: time | None = None
    purpose: str = ""
    topic: str = ""
    title: str = ""


@dataclass(frozen=True)
class Spot:
    """Where a device says it is, or why it does not say; `device_at` is its own clock."""

    located: Located = Located.NOT_ASKED
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    accuracy_m: int | None = None
    device_at: datetime | None = None

    @property
    def point(self) -> Point | None:
        """The place, when the device found it."""
        if self.located is not Located.FOUND or self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)


NOWHERE = Spot()
NOBODY = About()


@transaction.atomic
def plan_activity(
    *, plan: Plan, about: About = NOBODY, actor: Actor, now: datetime, person: User | None = None
) -> Activity:
    """Plan an activity for oneself or, with `person`, for one of one's people.

    Raises `kind`, `subject` or `topic` when the kind does not take it, `no_unit` for who works for no unit.
    """
    kind = _kind(plan.kind)
    _check(kind, plan, about)
    unit, role, person_id = _whose(actor, person, now)
    row = Activity.objects.create(
        kind=kind.code,
        topic=plan.topic,
        title=plan.title[:150],
        unit=unit,
        person_id=person_id,
        rank=policies.rank_of(role),
        subject=about.subject,
        dealer=about.dealer,
        outlet=about.outlet,
        key_account=about.key_account,
        colleague=about.colleague,
        planned_on=plan.planned_on,
        planned_time=plan.planned_time,
        purpose=plan.purpose[:300],
        questions_version=kind.version,
        created_at=now,
    )
    told = {"kind": kind.code, "planned_on": plan.planned_on, "purpose": row.purpose}
    audit.record(actor=actor, action="work.plan_activity", obj=row, now=now, after=told)
    news.tell(news.PLANNED, activity=row, actor=actor, now=now)
    if person_id not in policies.selves(actor):
        what = f"{row} {plan.planned_on}"
        notifying.notify(
            notice="work.planned",
            recipients=[person_id],
            key=f"activity:{row.pk}",
            now=now,
            params={"by": actor.label, "what": what},
            url=reverse("work:activity-detail", kwargs={"pk": row.pk}),
        )
    return row


@transaction.atomic
def move_stop(*, activity: Activity, places: int, actor: Actor, now: datetime) -> None:
    """Move a stop of one's day up (negative) or down the route; all stops of the day keep their order."""
    moved = holding.own(activity, actor)
    rows = list(route.stops_of(actor=actor, day=moved.planned_on))
    before = [row.pk for row in rows]
    at = before.index(moved.pk) if moved.pk in before else 0
    after = before[:at] + before[at + 1 :]
    after.insert(min(max(at + places, 0), len(after)), moved.pk)
    if after == before or moved.pk not in before:
        return
    for row in rows:
        row.route_no = after.index(row.pk) + 1
    Activity.objects.bulk_update(rows, ["route_no"])
    told = {"route_no": after.index(moved.pk) + 1}
    audit.record(
        actor=actor, action="work.move_stop", obj=moved, now=now, before={"route_no": at + 1}, after=told
    )


@transaction.atomic
def check_in(*, activity: Activity, spot: Spot = NOWHERE, actor: Actor, now: datetime) -> Activity:
    """Begin an activity at its place; the time is the server's. Checking in again changes nothing."""
    row = holding.own(activity, actor)
    if row.state == State.STARTED:
        return row
    _require(row, State.PLANNED)
    about = row.outlet or row.dealer or row.key_account
    there, here = queries.point_of(about), spot.point
    row.state, row.checked_in_at, row.occurred_on = State.STARTED, now, timezone.localtime(now).date()
    row.located, row.device_at, row.done_by = spot.located, spot.device_at, actor.label[:150]
    if here is not None:
        row.latitude, row.longitude, row.accuracy_m = here.latitude, here.longitude, spot.accuracy_m
        row.distance_m = rules.distance_m(here, there) if there else None
    row.save()
    told = {"state": row.state, "located": row.located, "distance_m": row.distance_m}
    audit.record(actor=actor, action="work.check_in", obj=row, now=now, after=told)
    return row


@transaction.atomic
def save_answers(
    *, activity: Activity, answers: Mapping[str, Any], note: str | None = None, actor: Actor, now: datetime
) -> Activity:
    """Keep what was answered so far, in place of what was kept before; nothing need be complete yet."""
    row = holding.own(activity, actor)
    kind = _kind(row.kind)
    _require(row, State.STARTED if kind.place else row.state)
    try:
        row.answers = rules.cleaned(kind, answers)
    except rules.AnswerError as error:
        message = _("This is no answer to the question.")
        raise DomainError("answer", message, fields={error.code: message}) from error
    row.note = row.note if note is None else note[:4000]
    row.questions_version = kind.version
    row.save(update_fields=["answers", "note", "questions_version"])
    return row


@transaction.atomic
def finish(*, activity: Activity, actor: Actor, now: datetime) -> Activity:
    """End an activity so that it counts; `incomplete` names the questions still to be answered."""
    row = holding.own(activity, actor)
    if row.state == State.DONE:
        return row
    kind = _kind(row.kind)
    _require(row, State.STARTED if kind.place else row.state)
    lacking = rules.missing(kind, row.answers)
    if lacking:
        message = _("Answer this first.")
        fields = {question.code: message for question in lacking}
        raise DomainError("incomplete", _("Some questions have to be answered first."), fields=fields)
    row.state, row.done_at, row.score = State.DONE, now, rules.score(kind, row.answers)
    row.occurred_on = row.occurred_on or timezone.localtime(now).date()
    row.done_by = actor.label[:150]
    row.save()
    told = {"state": row.state, "score": row.score, "photos": row.photos.count()}
    audit.record(actor=actor, action="work.finish_activity", obj=row, now=now, after=told)
    return row


@transaction.atomic
def cancel(*, activity: Activity, reason: str, actor: Actor, now: datetime) -> Activity:
    """Give up an activity that is not done."""
    row = holding.own(activity, actor)
    if row.state not in UNDONE:
        raise DomainError("ended", _("This activity has ended."))
    before = {"state": row.state}
    row.state = State.CANCELLED
    row.save(update_fields=["state"])
    meetings.call_off(meeting=row, reason=reason, actor=actor, now=now)
    told = {"state": row.state, "reason": reason}
    audit.record(actor=actor, action="work.cancel_activity", obj=row, now=now, before=before, after=told)
    return row


@transaction.atomic
def add_photo(
    *,
    activity: Activity,
    content: bytes,
    name: str,
    question: str = "",
    finding: Finding | None = None,
    actor: Actor,
    now: datetime,
) -> ActivityPhoto:
    """Keep a picture, drawn anew without what is hidden in it; of a shared finding the dealer sees it too."""
    row = holding.own(activity, actor)
    if row.state not in UNDONE:
        raise DomainError("ended", _("This activity has ended."))
    if row.photos.count() >= MOST_PHOTOS:
        raise DomainError("photos", _("An activity takes 30 pictures at most."))
    shared = finding is not None and finding.shared
    stored = files.receive(
        content=content,
        name=name,
        allowed=filekinds.PHOTOS,
        actor=actor,
        now=now,
        dealer_id=row.dealer_id if shared else None,
        unit_id=row.unit_id,
    )
    photo = ActivityPhoto.objects.create(
        activity=row,
        unit_id=row.unit_id,
        person_id=row.person_id,
        rank=row.rank,
        finding=finding,
        file=stored,
        question=question[:40],
        created_at=now,
    )
    audit.record(actor=actor, action="work.add_photo", obj=row, now=now, after={"photos": stored.name})
    return photo


@transaction.atomic
def mark_place(*, activity: Activity, actor: Actor, now: datetime) -> None:
    """Say that the place of a check-in is where the dealer or outlet stands."""
    row = holding.own(activity, actor)
    here = queries.point_of(row)
    about = row.outlet or row.dealer
    if here is None or about is None:
        raise DomainError("no_place", _("This activity has no place that could be kept."))
    dealers.mark_position(place=about, latitude=here.latitude, longitude=here.longitude, actor=actor, now=now)
    row.distance_m = 0
    row.save(update_fields=["distance_m"])


def _kind(code: str) -> rules.Kind:
    try:
        return kinds.kind_of(code)
    except KeyError as error:
        message = _("There is no such kind of activity.")
        raise DomainError("kind", message, fields={"kind": message}) from error


def _check(kind: rules.Kind, plan: Plan, about: About) -> None:
    if not kind.planned:
        message = _("Activities of this kind are not planned.")
        raise DomainError("kind", message, fields={"kind": message})
    if about.subject not in kind.subjects:
        message = (
            _("Say whom it is about.") if about == NOBODY else _("This kind is not about such a subject.")
        )
        raise DomainError("subject", message, fields={"subject": message})
    if kind.topics and plan.topic not in dict(kind.topics):
        message = _("Choose the type.")
        raise DomainError("topic", message, fields={"topic": message})


def _whose(actor: Actor, person: User | None, now: datetime) -> tuple[OrgUnit, str, int]:
    """The unit, role and person of a new activity."""
    on = timezone.localtime(now).date()
    mine = actor.for_id or actor.user_id
    if person is not None and person.pk != mine:
        if not queries.people(actor=actor, on=on).filter(pk=person.pk).exists():
            message = _("This is none of your people.")
            raise DomainError("person", message, fields={"person": message})
        actor = Actor(user_id=person.pk, label=str(person))
        mine = person.pk
    place = queries.own_place(actor=actor, on=on)
    if place is None or place.unit is None or mine is None:
        raise DomainError("no_unit", _("Only people of a unit of the maker record activities."))
    return place.unit, place.role, mine


def _require(row: Activity, state: str) -> None:
    if row.state in (State.DONE, State.CANCELLED):
        raise DomainError("ended", _("This activity has ended."))
    if row.state != state:
        raise DomainError("not_started", _("Check in first."))
