from celery import shared_task
from django.utils import timezone

from apps.core import access
from apps.ordering.services import follow


@shared_task(name="ordering.follow")
def follow_orders(**_: object) -> None:
    follow(actor=access.system("ordering"), now=timezone.now())
