from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.work import services
from apps.work.services import bulletins, webhooks


@shared_task(name="work.send")
def send(**_: object) -> None:
    services.send_due(clock=timezone.now)
    webhooks.send_due(clock=timezone.now)


@shared_task(name="work.digest")
def digest(**_: object) -> None:
    services.make_digest(now=timezone.now())


@shared_task(name="work.follow_posts")
def follow_posts(**_: object) -> None:
    now = timezone.now()
    services.follow_posts(now=now)
    services.remind_overdue(now=now)
    bulletins.remind_readers(now=now)
