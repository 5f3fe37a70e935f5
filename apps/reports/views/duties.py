from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views import View

from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage, ObjectFormPage, SimplePage
from apps.kernel.period import Month, PeriodError
from apps.kernel.recurrence import Recurrence
from apps.kernel.workdays import Shift
from apps.reports import calendars, people, proofs
from apps.reports.filters.duties import DutyFilter, RuleFilter
from apps.reports.forms.duties import DoForm, HappenForm, TryForm, WaiveForm
from apps.reports.policies import duties as policies
from apps.reports.queries import duties as queries
from apps.reports.queries import feeds
from apps.reports.rules import ics
from apps.reports.services import duties as services
from apps.reports.services import events
from apps.reports.services import feeds as feed_services
from apps.reports.tables import duties as tables
from apps.work import calendar, kinds
from apps.work.policies import activities

MY_BUTTONS = (
    Button(_("Something happened"), "reports:happen", policies.HAPPEN, "alert-triangle"),
    Button(_("Duty board"), "reports:board", policies.VIEW_BOARD, "chart-histogram"),
    Button(_("Put into my calendar"), "reports:feed", policies.VIEW_DUTIES, "calendar-check"),
)


class MonthPage(SimplePage):
    """A page about the month in the address, this month when there is none."""

    @cached_property
    def month(self) -> Month:
        """The month looked at."""
        try:
            return Month.parse(self.request.GET.get("month", ""))
        except PeriodError:
            return Month.of(timezone.localdate())

    def around(self) -> dict[str, Any]:
        """The month and its neighbours."""
        return {"month": self.month, "previous": self.month.previous, "next": self.month.next}


class MyDuties(MonthPage):
    action = policies.VIEW_DUTIES
    title = _("My duties")
    template_name = "reports/my_duties.html"
    buttons = MY_BUTTONS

    def context(self) -> dict[str, Any]:
        now, today, working = timezone.now(), timezone.localdate(), calendar.load()
        mine = queries.my_month(actor=self.actor, month=self.month, now=now)
        rows = [_Line(row, mine.waiting.get(row.pk, [])) for row in mine.month]
        return {
            **self.around(),
            "overdue": [_Line(row, mine.waiting.get(row.pk, [])) for row in mine.overdue],
            "today": [line for line in rows if line.duty.due_on == today and line.duty.waits],
            "coming": [line for line in rows if _is_coming(line.duty, today)][:20],
            "quotas": [line for line in rows if line.duty.needed is not None],
            "weeks": calendars.weeks(
                self.month, working, ((line.duty.due_on, line) for line in _by_need(rows)), today=today
            ),
            "unknown_years": [] if working.knows(self.month.first) else [self.month.year],
            "handed": queries.handed(actor=self.actor, now=now),
            "empty": not mine.month and not mine.overdue,
        }


class _Line:
    """A duty as a page shows it."""

    def __init__(self, duty: Any, waiting: list[Any]) -> None:
        self.duty, self.waiting = duty, waiting
        self.colour, self.state = tables.standing_badge(duty)
        self.quota, self.light = tables.quota(duty), ""
        self.days = (duty.due_on - timezone.localdate()).days
        if duty.needed:
            running = duty.waits and self.colour != "red"
            self.light = "blue" if running else tables.quota_colour(duty)


def _is_coming(duty: Any, today: date) -> bool:
    """Whether a duty is shown as coming; quotas and daily routine have places of their own."""
    return bool(duty.waits and duty.due_on > today and duty.needed is None and duty.since != duty.until)


def _by_need(rows: list[_Line]) -> list[_Line]:
    """What waits first, daily routine last."""
    daily = [line for line in rows if line.duty.since == line.duty.until]
    others = [line for line in rows if line.duty.since != line.duty.until]
    return sorted(others, key=lambda line: not line.duty.waits) + daily


class BoardPage(MonthPage):
    action = policies.VIEW_BOARD
    title = _("Duty board")
    template_name = "reports/board.html"
    buttons = (
        Button(_("All duties"), "reports:duty-list", policies.VIEW_DUTIES, "calendar-check"),
        Button(_("Duty rules"), "reports:rule-list", policies.VIEW_RULES, "settings"),
    )

    def context(self) -> dict[str, Any]:
        now, today = timezone.now(), timezone.localdate()
        board = queries.board(actor=self.actor, month=self.month, now=now, today=today)
        assert board.people is not None
        late = [
            {"duty": row, "people": board.people.of(row), "days": (today - row.due_on).days}
            for row in board.overdue
        ]
        for rate in board.roles:
            rate.label = tables.role_name(str(rate.key))
        board.roles.sort(key=lambda rate: (rate.rate or 0, str(rate.label)))
        return {**self.around(), "board": board, "late": late}


class DutyList(ListPage):
    action = policies.VIEW_DUTIES
    title = _("All duties")
    query = queries.duties
    filterset = DutyFilter
    table = tables.DutyTable
    empty = _("No duty. Duties of a month are made on its first day, from the rules.")


class DutyDetail(DetailPage):
    action = policies.VIEW_DUTIES
    query = queries.duties
    template_name = "reports/duty_detail.html"
    buttons = (
        Button(_("Report as done"), "reports:duty-do", policies.DO_DUTIES, "check", primary=True),
        Button(_("Waive"), "reports:duty-waive", policies.WAIVE, "x"),
    )

    def page_title(self) -> str:
        return str(self.object.rule.name)

    def head_buttons(self) -> list[dict[str, Any]]:
        shown = super().head_buttons()
        if not self.object.waits:
            return [each for each in shown if "/duties/" not in each["url"]]
        by_hand = not self.object.form and self.object.needed is None
        return [each for each in shown if by_hand or not each["url"].endswith("/do/")]

    def context(self) -> dict[str, Any]:
        today = timezone.localdate()
        return {
            "line": _Line(self.object, queries.waiting_for([self.object]).get(self.object.pk, [])),
            "record_url": self._record_url(),
            "holders": people.people_of([self.object], on=today).of(self.object),
            "role": tables.role_name(self.object.role),
            "recipient": tables.role_name(self.object.rule.recipient_role),
            "asks": [
                {"ask": ask, "role": tables.role_name(ask.role)}
                for ask in queries.asks(actor=self.actor, duty=self.object)
            ],
        }

    def _record_url(self) -> str:
        """Where a record this quota counts is planned, for those who may; empty for other duties."""
        named = proofs.of(self.object.rule.proof)
        kind = next((each for each in (named.kinds if named else ()) if each in kinds.kinds()), "")
        if not kind or not self.object.waits or not self.actor.may(activities.RECORD):
            return ""
        return f"{reverse('work:activity-plan')}?kind={kind}"


class DutyDo(ObjectFormPage):
    action = policies.DO_DUTIES
    query = queries.mine
    form_class = DoForm
    submit_label = _("Report as done")
    success = _("The duty is reported as done.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.do(duty=self.object, note=cleaned["note"], actor=self.actor, now=timezone.now())
        return reverse("reports:duty-detail", kwargs={"pk": self.object.pk})


class DutyWaive(ObjectFormPage):
    action = policies.WAIVE
    query = queries.duties
    form_class = WaiveForm
    submit_label = _("Waive")
    success = _("The duty is waived.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.waive(duty=self.object, reason=cleaned["reason"], actor=self.actor, now=timezone.now())
        return reverse("reports:duty-detail", kwargs={"pk": self.object.pk})


class Happen(FormPage):
    """Reports that something happened, so that everybody a rule asks gets a duty."""

    action = policies.HAPPEN
    title = _("Something happened")
    form_class = HappenForm
    submit_label = _("Report it")
    success = _("Whoever has to act now has a duty.")

    def form_options(self) -> dict[str, Any]:
        return {"triggers": events.triggers(on=timezone.localdate()), "actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        now = timezone.now()
        events.happen(**cleaned, at=now, actor=self.actor, now=now)
        return reverse("reports:my-duties")


class RuleList(ListPage):
    action = policies.VIEW_RULES
    title = _("Duty rules")
    query = queries.rules_of
    filterset = RuleFilter
    table = tables.RuleTable
    buttons = (Button(_("Try a rule"), "reports:rule-try", policies.VIEW_RULES, "search"),)
    empty = _("No rule yet. Administrators add rules in the settings.")


class RuleDetail(DetailPage):
    action = policies.VIEW_RULES
    query = queries.rules_of
    template_name = "reports/rule_detail.html"

    def context(self) -> dict[str, Any]:
        rule = self.object
        since = max(timezone.localdate(), rule.effective_from)
        return {
            "role": tables.role_name(rule.role),
            "recipient": tables.role_name(rule.recipient_role),
            "preview": calendars.preview(rule.recurrence, Shift(rule.shift), since),
        }


class RuleTry(SimplePage):
    """Looks at a rule before anybody owes it: its words and its next twelve dates."""

    action = policies.VIEW_RULES
    title = _("Try a rule")
    template_name = "reports/rule_try.html"

    def context(self) -> dict[str, Any]:
        form = TryForm(self.request.GET if "rule" in self.request.GET else None)
        if not form.is_valid():
            return {"form": form}
        rule: Recurrence = form.cleaned_data["rule"]
        shift = Shift(form.cleaned_data["shift"] or rule.shift)
        shift = rule.shift if shift is Shift.NONE else shift
        since = form.cleaned_data["since"] or timezone.localdate()
        return {"form": form, "preview": calendars.preview(rule, shift, since)}


class FeedPage(SimplePage):
    """Shows the address of one's own calendar, and makes a new one."""

    action = policies.VIEW_DUTIES
    title = _("Put into my calendar")
    template_name = "reports/feed.html"

    def context(self) -> dict[str, Any]:
        feed = feeds.own_feed(actor=self.actor)
        if feed is None:
            return {"feed": None}
        path = reverse("reports:feed-read", kwargs={"token": feed_services.token_of(feed)})
        return {"feed": feed, "address": settings.PUBLIC_URL.rstrip("/") + path}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make a new address."""
        feed_services.make(actor=self.actor, now=timezone.now())
        return redirect("reports:feed")


class FeedRead(View):
    """The calendar behind a personal address, for calendar programs, which cannot log in."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Everything the person owes, from a month back to three months ahead."""
        now = timezone.now()
        actor = feed_services.open_feed(token=token, now=now)
        if actor is None or not actor.may(policies.VIEW_DUTIES):
            raise Http404
        base = settings.PUBLIC_URL.rstrip("/")
        entries = feeds.entries(actor=actor, now=now, base=base)
        answer = HttpResponse(ics.calendar(str(_("My duties")), entries), content_type="text/calendar")
        answer["Cache-Control"] = "private, max-age=300"
        return answer
