from celery import shared_task
from django.utils import timezone

from apps.core import access
from apps.ledger.services import expire


@shared_task(name="ledger.expire")
def expire_lots(**_: object) -> None:
    now = timezone.now()
    expire(on=timezone.localdate(now), actor=access.system("ledger"), now=now)
