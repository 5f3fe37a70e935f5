from celery import shared_task
from django.utils import timezone

from apps.alerts import services, telling


@shared_task(name="alerts.scan_today")
def scan_today(**_: object) -> None:
    now = timezone.now()
    services.scan_today(now=now)
    telling.escalate(now=now)


@shared_task(name="alerts.tell_today")
def tell_today(**_: object) -> None:
    now = timezone.now()
    services.scan_today(now=now)
    telling.tell_today(now=now)
