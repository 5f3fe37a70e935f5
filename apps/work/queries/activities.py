"""What was planned and done in the field, by whom, about whom, and how often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Count, F, Max, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from apps.accounts import queries as accounts
from apps.accounts.models import Assignment, User
from apps.core.access import Actor
from apps.core.roles import MAKER
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer, OrgUnit, Outlet
from apps.dealers.rules import DealerStatus, StoreType
from apps.work.models import Activity, ActivityPhoto, Finding, KeyAccount
from apps.work.policies import activities as policies
from apps.work.rules.activities import Light, Point, State, Subject, quota_light

SHOWN = ("person", "unit", "dealer", "outlet", "key_account", "colleague")
MOST_STOPS = 20


@dataclass(frozen=True)
class About:
    """Whom an activity is about; an outlet comes with its dealer."""

    subject: Subject = Subject.NONE
    dealer: Dealer | None = None
    outlet: Outlet | None = None
    key_account: KeyAccount | None = None
    colleague: User | None = None

    @property
    def point(self) -> Point | None:
        """Where it stands, when that is known."""
        return point_of(self.outlet or self.dealer or self.key_account)


@dataclass(frozen=True)
class Covered:
    """A subject with how often it was dealt with in a span of days, and when last."""

    subject: str
    code: str
    name: str
    key: int
    count: int
    last_on: date | None
    light: Light


def point_of(row: Any) -> Point | None:
    """The coordinates of a row that may have some."""
    if row is None or getattr(row, "latitude", None) is None:
        return None
    return Point(row.latitude, row.longitude)


def activities(*, actor: Actor) -> QuerySet[Activity]:
    """The activities of the actor and of its people, with what lists show of them."""
    rows = Activity.objects.select_related(*SHOWN).annotate(
        open_findings=Count("findings", filter=~Q(findings__state="closed"), distinct=True)
    )
    return policies.activity.visible_to(actor, rows)


def own_activities(*, actor: Actor) -> QuerySet[Activity]:
    """The activities of the actor itself, which it may work on."""
    return activities(actor=actor).filter(person__in=policies.selves(actor))


def findings(*, actor: Actor) -> QuerySet[Finding]:
    """The findings of the actor's people; a dealer's people see those that are shared with it."""
    rows = Finding.objects.select_related("dealer", "person", "unit")
    return policies.finding.visible_to(actor, rows)


def photos(*, actor: Actor) -> QuerySet[ActivityPhoto]:
    """The pictures of the activities and findings the actor sees."""
    return policies.photo.visible_to(actor, ActivityPhoto.objects.select_related("file")).order_by("pk")


def key_accounts(*, actor: Actor) -> QuerySet[KeyAccount]:
    """The key accounts of the actor's units."""
    return policies.key_account.visible_to(actor, KeyAccount.objects.select_related("unit"))


def own_place(*, actor: Actor, on: date) -> Assignment | None:
    """For which unit and in which role an actor works on a day: the lowest unit it holds a role over."""
    held = accounts.held_on(on).filter(user=actor.for_id or actor.user_id, role__in=MAKER, unit__isnull=False)
    found = held.select_related("unit").order_by("-unit__path", "pk")
    return max(found, key=lambda each: each.unit.path.count("/") if each.unit else 0, default=None)


def own_unit(*, actor: Actor, on: date) -> OrgUnit | None:
    """The unit an actor works for on a day."""
    place = own_place(actor=actor, on=on)
    return place.unit if place else None


def people(*, actor: Actor, on: date) -> QuerySet[User]:
    """The actor and those it leads on a day."""
    held = accounts.held_on(on).filter(role__in=MAKER, user__is_active=True)
    if not actor.scope.everything:
        held = held.filter(unit__in=policies.led(actor).unit_ids)
    rows = User.objects.filter(Q(pk__in=held.values("user")) | Q(pk__in=policies.selves(actor)))
    return rows.order_by("display_name", "pk")


def week(*, actor: Actor, first: date, person: int | None) -> dict[date, list[Activity]]:
    """Day → activities planned for it or done on it, for the seven days from the first."""
    days = [first + timedelta(nth) for nth in range(7)]
    on = Coalesce("occurred_on", "planned_on")
    rows = activities(actor=actor).exclude(state=State.CANCELLED).annotate(day=on)
    rows = rows.filter(Q(occurred_on__range=(first, days[-1])) | Q(planned_on__range=(first, days[-1])))
    if person is not None:
        rows = rows.filter(person=person)
    table: dict[date, list[Activity]] = {day: [] for day in days}
    for row in rows.order_by("day", F("planned_time").asc(nulls_last=True), "pk")[:1000]:
        if row.day in table:
            table[row.day].append(row)
    return table


def find_subject(*, actor: Actor, text: str, subjects: Collection[Subject]) -> About | None:
    """Whom a code or name means, among what the actor reaches; an outlet is written `D001/N2`."""
    wanted = text.split(" · ", maxsplit=1)[0].strip()
    if not wanted:
        return None
    for find in (_dealer, _outlet, _key_account, _colleague):
        found = find(actor, wanted)
        if found is not None and found.subject in subjects:
            return found
    return None


def _dealer(actor: Actor, text: str) -> About | None:
    row = dealers.by_spelling(actor=actor, text=text)
    return About(Subject.DEALER, dealer=row) if row else None


def _outlet(actor: Actor, text: str) -> About | None:
    dealer, slash, code = text.partition("/")
    rows = dealers.outlets(actor=actor).filter(closed_on__isnull=True)
    rows = rows.filter(dealer__code=dealer, code=code) if slash else rows.filter(Q(code=text) | Q(name=text))
    found = list(rows[:2])
    return of_outlet(found[0]) if len(found) == 1 else None


def of_outlet(row: Outlet) -> About:
    """An outlet as a subject: second-tier ones and all others are counted apart."""
    second = row.store_type == StoreType.SECOND_TIER
    return About(Subject.SECOND_TIER if second else Subject.RETAIL, dealer=row.dealer, outlet=row)


def _key_account(actor: Actor, text: str) -> About | None:
    row = key_accounts(actor=actor).filter(Q(code=text) | Q(name=text), active=True).first()
    return About(Subject.KEY_ACCOUNT, key_account=row) if row else None


def _colleague(actor: Actor, text: str) -> About | None:
    rows = User.objects.filter(Q(username=text) | Q(display_name=text), is_active=True)
    rows = rows.filter(pk__in=Assignment.objects.filter(role__in=MAKER).values("user"))
    found = list(rows.exclude(pk=actor.user_id or 0)[:2])
    return About(Subject.COLLEAGUE, colleague=found[0]) if len(found) == 1 else None


def subject_choices(*, actor: Actor, text: str, limit: int = 12) -> list[tuple[str, str]]:
    """What may be meant by the beginning of a code or name: (what is written, what it is called)."""
    wanted = text.split(" · ", maxsplit=1)[0].strip()[:60]
    stores = dealers.matching(dealers.dealers(actor=actor), wanted).order_by("code")[:limit]
    found = [(row.code, str(row)) for row in stores]
    outlets = dealers.outlets(actor=actor).filter(closed_on__isnull=True)
    outlets = outlets.filter(Q(name__icontains=wanted) | Q(code__icontains=wanted)).order_by("code")[:limit]
    found += [(f"{row.dealer.code}/{row.code}", row.name) for row in outlets]
    named = key_accounts(actor=actor).filter(Q(name__icontains=wanted) | Q(code__icontains=wanted))
    found += [(row.code, row.name) for row in named.filter(active=True).order_by("code")[:limit]]
    return found[: 2 * limit]


@dataclass(frozen=True)
class Wanted:
    """Which activities count: of these kinds, done from the first to the last day, about these subjects."""

    kinds: tuple[str, ...]
    first: date
    last: date
    subjects: tuple[Subject, ...] = ()
    topics: tuple[str, ...] = ()


def done(*, actor: Actor, wanted: Wanted) -> QuerySet[Activity]:
    """The activities that count; only what is done, with its questions answered, does."""
    rows = policies.activity.visible_to(actor, Activity.objects.all()).filter(
        state=State.DONE, kind__in=wanted.kinds, occurred_on__range=(wanted.first, wanted.last)
    )
    if wanted.subjects:
        rows = rows.filter(subject__in=wanted.subjects)
    return rows.filter(topic__in=wanted.topics) if wanted.topics else rows


_SUBJECT_KEY = Concat(
    F("subject"),
    Value(":"),
    Cast(Coalesce("outlet_id", "key_account_id", "colleague_id", "dealer_id"), CharField()),
    output_field=CharField(),
)


def activity_counts(
    *, actor: Actor, wanted: Wanted, by: str = "person"
) -> QuerySet[Activity, dict[str, Any]]:
    """Rows of `{by}`, `count` and `subjects` (different ones): one grouped statement over any number of rows.

    `by` is person, unit, dealer, or subject; by subject a row has `subject_key` such as `dealer:12`.
    """
    rows = done(actor=actor, wanted=wanted).annotate(subject_key=_SUBJECT_KEY)
    key = {"person": "person_id", "unit": "unit_id", "dealer": "dealer_id", "subject": "subject_key"}[by]
    counted = rows.order_by().values(key)
    return counted.annotate(count=Count("pk"), subjects=Count("subject_key", distinct=True))


def counts_by_person_and_subject(*, actor: Actor, wanted: Wanted) -> QuerySet[Activity, dict[str, Any]]:
    """Rows of `person_id`, `unit_id`, `subject_key`, `count`, `last_on`, for quotas of each subject."""
    rows = done(actor=actor, wanted=wanted).annotate(subject_key=_SUBJECT_KEY).order_by()
    grouped = rows.values("person_id", "unit_id", "subject_key")
    return grouped.annotate(count=Count("pk"), last_on=Max("occurred_on"))


def coverage(
    *, actor: Actor, wanted: Wanted, unit: OrgUnit, person: int | None, least: int = 1
) -> list[Covered]:
    """Every subject under a unit with how often it was dealt with, the most neglected first.

    Red stands for fewer than `least` times; a person narrows the count to what that person did.
    """
    rows = done(actor=actor, wanted=wanted).annotate(subject_key=_SUBJECT_KEY).order_by()
    if person is not None:
        rows = rows.filter(person=person)
    grouped = rows.values("subject_key").annotate(count=Count("pk"), last_on=Max("occurred_on"))
    counts = {row["subject_key"]: (row["count"], row["last_on"]) for row in grouped}
    found = [
        _covered(subject, row, counts, least)
        for subject in wanted.subjects
        for row in _subjects_under(actor, subject, unit)
    ]
    return sorted(found, key=lambda each: (each.count, each.subject, each.code))


def _covered(subject: Subject, row: Any, counts: Mapping[str, tuple[int, date]], least: int) -> Covered:
    count, last_on = counts.get(f"{subject}:{row.pk}", (0, None))
    code = f"{row.dealer.code}/{row.code}" if isinstance(row, Outlet) else row.code
    return Covered(subject, code, str(row), row.pk, count, last_on, quota_light(count, least))


def _subjects_under(actor: Actor, subject: Subject, unit: OrgUnit) -> QuerySet[Any]:
    if subject is Subject.DEALER:
        rows = dealers.dealers(actor=actor).filter(unit__path__startswith=unit.path)
        return rows.exclude(status__in=[DealerStatus.CLOSED, DealerStatus.MERGED])
    if subject is Subject.KEY_ACCOUNT:
        return key_accounts(actor=actor).filter(unit__path__startswith=unit.path, active=True)
    outlets = dealers.outlets(actor=actor).filter(dealer__unit__path__startswith=unit.path, closed_on=None)
    second = Q(store_type=StoreType.SECOND_TIER)
    return outlets.filter(second) if subject is Subject.SECOND_TIER else outlets.exclude(second)
