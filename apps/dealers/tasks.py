from celery import shared_task
from django.utils import timezone

from apps.dealers import services


@shared_task(name="dealers.follow_calendar")
def follow_calendar(**_: object) -> None:
    services.follow_calendar(now=timezone.now())
