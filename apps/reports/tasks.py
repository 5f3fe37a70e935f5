from celery import shared_task
from django.utils import timezone

from apps.kernel.period import Month
from apps.reports.services import counting, events, generating, ladder, reminding, submissions


@shared_task(name="reports.generate_duties")
def generate_duties(**_: object) -> None:
    now = timezone.now()
    month = Month.of(timezone.localdate(now))
    for each in (month, month.next):
        generating.generate(month=each, now=now)


@shared_task(name="reports.escalate")
def escalate(**_: object) -> None:
    now = timezone.now()
    reminding.tell_asked(asks=ladder.escalate(now=now), now=now)
    submissions.call_reviewers(now=now)


@shared_task(name="reports.remind")
def remind(**_: object) -> None:
    reminding.remind(now=timezone.now())


@shared_task(name="reports.count")
def count(**_: object) -> None:
    now = timezone.now()
    counting.count(now=now)
    events.pass_on(now=now)
