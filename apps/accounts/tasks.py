from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.core import jobs
from apps.core.models import Job


@jobs.handler(services.SEND_RESET, label=_("Send a link for a new password"))
def send_reset(job: Job) -> None:
    services.send_reset(username=job.args["username"], now=timezone.now())


@jobs.handler(services.MAIL_LINK, label=_("Mail a log-in link"))
def mail_link(job: Job) -> None:
    services.mail_link(key=job.args["link"], now=timezone.now())
