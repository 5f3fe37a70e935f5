"""Occasions below this app: what `work` tells starts the duties of those who have to act."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import news
from apps.core.access import Actor
from apps.reports.occasions import occasion
from apps.reports.queries import duties
from apps.reports.services import events
from apps.work import registry
from apps.work.models import Activity, Bulletin, Correction

COMPANY = "hq"
BULLETIN = occasion(
    "work.company_bulletin", _("Company bulletin published"), trigger="公司通报发布", below=True
)
FILE = occasion("work.company_file", _("Company file arrived"), trigger="文件到达", below=True)
MEETING = occasion("work.meeting", _("Meeting planned"), trigger="会议")
VISITOR = occasion("work.visitor", _("Visitor received"), trigger="来访")
QUESTION = occasion("work.correction", _("Dealer asks to correct a fact"), trigger="经销商提问/对账")


def bulletin_published(*, bulletin: Bulletin, actor: Actor, now: datetime) -> None:
    """What headquarters publishes is passed on by every province, region and office below."""
    if bulletin.unit.kind != COMPANY:
        return
    for event in (BULLETIN, FILE):
        events.start(
            event=event,
            key=f"work.bulletin:{bulletin.pk}",
            at=now,
            unit_id=bulletin.unit_id,
            note=bulletin.title,
            actor=actor,
            now=now,
        )


def activity_planned(*, activity: Activity, actor: Actor, now: datetime) -> None:
    """A meeting is prepared by the office of its unit; a visitor is looked after by it."""
    event = {"meeting": MEETING, "visitor": VISITOR}.get(activity.kind)
    if event is not None:
        events.start(
            event=event,
            key=f"work.activity:{activity.pk}",
            at=now,
            unit_id=activity.unit_id,
            note=f"{activity} {activity.planned_on}",
            actor=actor,
            now=now,
        )


def correction_asked(*, correction: Correction, actor: Actor, now: datetime) -> None:
    """A dealer's question about a fact is followed up by the office above it."""
    events.start(
        event=QUESTION,
        key=f"work.correction:{correction.pk}",
        at=timezone.localtime(now),
        dealer_id=correction.dealer_id,
        note=correction.target_text,
        actor=actor,
        now=now,
    )


news.listen(news.BULLETIN, bulletin_published)
news.listen(news.PLANNED, activity_planned)
news.listen(news.CORRECTION, correction_asked)
registry.due_at_dealers(duties.due_at_dealers)
