from celery import shared_task
from django.utils import timezone

from apps.core import access
from apps.engagement import services


@shared_task(name="engagement.daily")
def daily(**_given: object) -> None:
    now, actor = timezone.now(), access.system("engagement")
    services.earn(actor=actor, now=now)
    services.follow_contests(actor=actor, now=now)
    services.follow_leavers(actor=actor, now=now)
