from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import (
    Button,
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    ObjectFormPage,
    ObjectPage,
    SimplePage,
)
from apps.work import kinds
from apps.work.filters.activities import ActivityFilter
from apps.work.forms.activities import FindingForm, PlanForm, ReasonForm
from apps.work.models import Activity
from apps.work.policies import activities as policies
from apps.work.queries import activities as queries
from apps.work.queries import meetings
from apps.work.rules.activities import SITES, State, Subject
from apps.work.services import activities as services
from apps.work.services import findings
from apps.work.tables import activities as tables
from apps.work.tables.meetings import IN_ORDER, reply_badge

MOST = 2_000
"""How many lines the list of a meeting shows."""
PLAN = Button(_("Plan"), "work:activity-plan", policies.RECORD, "plus", True)


class ActivityList(ListPage):
    action = policies.VIEW
    title = _("Visits and contacts")
    query = queries.activities
    filterset = ActivityFilter
    table = tables.ActivityTable
    empty = _("Nothing here yet. Plan a visit, a contact or a meeting.")
    buttons = (
        Button(_("Week"), "work:activity-week", policies.VIEW, "calendar-week"),
        Button(_("Coverage"), "work:coverage", policies.VIEW, "target"),
        PLAN,
    )


class Subjects(SimplePage):
    """What may be meant by what is typed into the form of a plan."""

    action = policies.RECORD

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = queries.subject_choices(actor=self.actor, text=request.GET.get("subject", ""))
        return render(request, "work/_subject_choices.html", {"choices": found})


class PlanActivity(FormPage):
    action = policies.RECORD
    title = _("Plan a visit, contact or meeting")
    template_name = "work/activity_plan.html"
    form_class = PlanForm
    submit_label = _("Plan")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        asked = {name: self.request.GET.get(name, "") for name in ("kind", "subject")}
        day = _day(self.request.GET.get("day"))
        return {**asked, "planned_on": day}

    def context(self) -> dict[str, Any]:
        return {"cancel_url": reverse("work:activity-list"), "asked": asked_of_kinds()}

    def save(self, cleaned: dict[str, Any]) -> str:
        about, person = cleaned.pop("about"), cleaned.pop("person")
        cleaned.pop("subject")
        row = services.plan_activity(
            plan=services.Plan(**cleaned), about=about, actor=self.actor, now=timezone.now(), person=person
        )
        mine = row.person_id in policies.selves(self.actor) and row.planned_on == timezone.localdate()
        return reverse("work:activity-go" if mine else "work:activity-detail", kwargs={"pk": row.pk})


def asked_of_kinds() -> dict[str, dict[str, bool]]:
    """Kind → which fields of the plan it asks for, for the script of the form."""
    return {
        kind.code: {
            "subject": set(kind.subjects) != {Subject.NONE},
            "topic": bool(kind.topics),
            "title": Subject.NONE in kind.subjects,
        }
        for kind in kinds.kinds().values()
    }


class ActivityDetail(DetailPage):
    action = policies.VIEW
    query = queries.activities
    template_name = "work/activity_detail.html"

    def page_title(self) -> str:
        return f"{tables.kind_name(self.object)} · {tables.subject_name(self.object)}"

    def head_buttons(self) -> list[dict[str, Any]]:
        mine = self.object.person_id in policies.selves(self.actor) and self.actor.may(policies.RECORD)
        doing = []
        if mine and self.object.state in (State.PLANNED, State.STARTED):
            planned = self.object.state == State.PLANNED
            doing = [
                self._button(_("Cancel"), "work:activity-cancel", "x", primary=False),
                self._button(_("Start") if planned else _("Go on"), "work:activity-go", "player-play"),
            ]
        if mine and self.object.state != State.CANCELLED:
            doing.insert(0, self._button(_("Add a finding"), "work:finding-add", "flag", primary=False))
        return [*super().head_buttons(), *doing]

    def _button(self, label: Any, name: str, icon: str, *, primary: bool = True) -> dict[str, Any]:
        url = reverse(name, kwargs={"pk": self.object.pk})
        return {"label": label, "url": url, "icon": icon, "primary": primary}

    def context(self) -> dict[str, Any]:
        row = self.object
        mine = row.person_id in policies.selves(self.actor)
        photos = queries.photos(actor=self.actor).filter(activity=row)
        found = queries.findings(actor=self.actor).filter(activity=row)
        return {
            "state": tables.state_badge(row),
            "place": tables.place_badge(row),
            "kind_name": tables.kind_name(row),
            "answers": tables.answers_of(row),
            "photos": tables.photo_urls(photos),
            "findings": tables.FindingTable(list(found.order_by("pk"))),
            "map_url": map_url(row),
            "late": _late(row),
            "may_mark": mine and row.latitude is not None and bool(row.outlet or row.dealer),
            **(self._meeting(mine) if row.kind == "meeting" else {}),
        }

    def _meeting(self, mine: bool) -> dict[str, Any]:
        """Who is on the list of a meeting, those who come first, and how many."""
        rows = list(meetings.attendance(actor=self.actor, activity=self.object).order_by(*IN_ORDER)[:MOST])
        open_ = self.object.state in (State.PLANNED, State.STARTED)
        return {
            "attendance": [(row, reply_badge(row)) for row in rows],
            "counts": meetings.counts_of(rows),
            "may_invite": mine and open_,
            "may_sign": mine and self.object.state != State.CANCELLED,
        }


def map_url(row: Activity) -> str:
    """A link that the phone opens in the map it has; no map of others stands in the page."""
    if row.latitude is None:
        return ""
    return f"geo:{row.latitude},{row.longitude}?q={row.latitude},{row.longitude}"


def _late(row: Activity) -> bool:
    """Whether the device says it happened more than ten minutes before the server heard of it."""
    known = row.device_at is not None and row.checked_in_at is not None
    return known and abs(row.checked_in_at - row.device_at) > timedelta(minutes=10)  # type: ignore[operator]


class Go(ObjectPage):
    """The page for the phone: check in, answer, photograph, note findings, done."""

    action = policies.RECORD
    query = queries.own_activities
    template_name = "work/activity_go.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.object.state in (State.DONE, State.CANCELLED):
            return redirect("work:activity-detail", pk=self.object.pk)
        return self.show()

    def page_title(self) -> str:
        return f"{tables.kind_name(self.object)} · {tables.subject_name(self.object)}"

    def context(self) -> dict[str, Any]:
        row = self.object
        kind = kinds.kind_of(row.kind)
        found = queries.findings(actor=self.actor).filter(activity=row)
        return {
            "kind": kind,
            "config": self._config(),
            "findings": found.order_by("pk"),
            "photos": tables.photo_urls(queries.photos(actor=self.actor).filter(activity=row)),
            "photo_count": row.photos.count(),
            "due_on": timezone.localdate() + timedelta(7),
        }

    def _config(self) -> dict[str, Any]:
        """What the script of the page has to know."""
        row = self.object
        kind = kinds.kind_of(row.kind)
        return {
            "id": row.pk,
            "user": self.actor.user_id,
            "api": f"/api/v1/activities/{row.pk}/",
            "state": row.state,
            "place": kind.place,
            "answers": row.answers,
            "note": row.note,
            "bad": {question.code: list(question.bad) for question in kind.questions if question.bad},
            "required": [question.code for question in kind.questions if question.required],
            "done": reverse("work:activity-detail", kwargs={"pk": row.pk}),
        }


class Cancel(ObjectFormPage):
    action = policies.RECORD
    title = _("Cancel")
    query = queries.own_activities
    form_class = ReasonForm
    submit_label = _("Cancel it")
    success = _("The activity is cancelled.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.cancel(activity=self.object, reason=cleaned["reason"], actor=self.actor, now=timezone.now())
        return reverse("work:activity-list")


class MarkPlace(ConfirmPage):
    action = policies.RECORD
    query = queries.own_activities
    question = _("Keep the place of this check-in as where the dealer or outlet stands?")
    submit_label = _("Keep the place")
    success = _("The place is kept. Later check-ins tell their distance to it.")

    def act(self) -> str:
        services.mark_place(activity=self.object, actor=self.actor, now=timezone.now())
        return tables.activity_url(self.object)


class AddFinding(ObjectFormPage):
    action = policies.RECORD
    title = _("Add a finding")
    query = queries.own_activities
    form_class = FindingForm
    success = _("The finding is recorded.")

    def initial(self) -> dict[str, Any]:
        return {"due_on": timezone.localdate() + timedelta(7)}

    def save(self, cleaned: dict[str, Any]) -> str:
        findings.open_finding(
            activity=self.object, found=findings.Found(**cleaned), actor=self.actor, now=timezone.now()
        )
        return tables.activity_url(self.object)


class Week(SimplePage):
    """Seven days of somebody, or of all one's people."""

    action = policies.VIEW
    title = _("Week")
    template_name = "work/activity_week.html"
    buttons = (PLAN,)

    def context(self) -> dict[str, Any]:
        asked = _day(self.request.GET.get("day"))
        first = asked - timedelta(asked.weekday())
        people = list(queries.people(actor=self.actor, on=timezone.localdate())[:200])
        who = _number(self.request.GET.get("person"))
        table = queries.week(actor=self.actor, first=first, person=who)
        return {
            "first": first,
            "last": first + timedelta(6),
            "before": first - timedelta(7),
            "after": first + timedelta(7),
            "today": timezone.localdate(),
            "people": people,
            "who": who,
            "days": [(day, [_entry(row) for row in rows]) for day, rows in table.items()],
        }


def _entry(row: Activity) -> dict[str, Any]:
    kind = kinds.kinds().get(row.kind)
    return {
        "row": row,
        "url": tables.activity_url(row),
        "name": tables.subject_name(row),
        "kind": tables.kind_name(row),
        "icon": kind.icon if kind else "point",
        "state": tables.state_badge(row),
    }


class Diary(SimplePage):
    """One day of one person: where it went, what it found, and its own words."""

    action = policies.VIEW
    title = _("Field diary")
    template_name = "work/diary.html"

    def context(self) -> dict[str, Any]:
        day = _day(self.request.GET.get("day"))
        who = _number(self.request.GET.get("person")) or self.actor.user_id
        rows = queries.activities(actor=self.actor).filter(person=who, occurred_on=day)
        written = rows.filter(kind="diary").first()
        shown = [
            _entry(row) | {"answers": tables.answers_of(row)}
            for row in rows.exclude(kind="diary").order_by("checked_in_at", "pk")
        ]
        return {
            "day": day,
            "before": day - timedelta(1),
            "after": day + timedelta(1),
            "who": who,
            "people": list(queries.people(actor=self.actor, on=timezone.localdate())[:200]),
            "entries": shown,
            "written": tables.answers_of(written) if written else None,
            "may_write": who == self.actor.user_id and not written and self.actor.may(policies.RECORD),
        }


class Coverage(SimplePage):
    """Which dealers, outlets and key accounts nobody was at."""

    action = policies.VIEW
    title = _("Coverage")
    template_name = "work/coverage.html"

    def context(self) -> dict[str, Any]:
        given = self.request.GET
        today = timezone.localdate()
        kind = given.get("kind") if given.get("kind") in kinds.kinds() else "visit"
        subject = given.get("subject") if given.get("subject") in set(SITES) else Subject.DEALER
        least = min(max(_number(given.get("least")) or 1, 1), 99)
        first, last = _day(given.get("since"), today.replace(day=1)), _day(given.get("until"), today)
        wanted = queries.Wanted((str(kind),), first, last, (Subject(str(subject)),))
        unit = queries.own_unit(actor=self.actor, on=today)
        person = _number(given.get("person"))
        rows = (
            queries.coverage(actor=self.actor, wanted=wanted, unit=unit, person=person, least=least)
            if unit
            else []
        )
        reached = [row for row in rows if row.light != "red"]
        shown = {"rows": rows[:500], "total": len(rows), "reached": len(reached), "more": len(rows) > 500}
        return shown | self._choices(str(kind), str(subject)) | {
            "least": least, "since": first, "until": last, "person": person,
            "done": sum(row.count for row in rows),
        }  # fmt: skip

    def _choices(self, kind: str, subject: str) -> dict[str, Any]:
        names = dict(Activity._meta.get_field("subject").choices or ())
        return {
            "kind": kind,
            "subject": subject,
            "kinds": [each for each in kinds.kinds().values() if each.place or each.code == "contact"],
            "subjects": [(site, names[site]) for site in SITES],
            "people": list(queries.people(actor=self.actor, on=timezone.localdate())[:200]),
        }


def _day(text: str | None, default: date | None = None) -> date:
    """A day of an address; nonsense is today."""
    try:
        found = parse_date(text) if text else None
    except ValueError:
        found = None
    day = found or default or timezone.localdate()
    return day if 2000 <= day.year <= 2100 else timezone.localdate()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None
