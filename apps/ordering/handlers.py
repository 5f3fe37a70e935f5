from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import access, jobs
from apps.core.models import Job
from apps.ledger import listening
from apps.ordering.services import fund_blocked

FUND = "ordering.fund_blocked"


@jobs.handler(FUND, label=_("Blocked orders paid from money that came in"))
def pay_blocked(job: Job) -> Any:
    now: datetime = timezone.now()
    return {"paid": fund_blocked(dealer_id=job.args["dealer"], actor=access.system("ordering"), now=now)}


listening.after_payment(FUND)
