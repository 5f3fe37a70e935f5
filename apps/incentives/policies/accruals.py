from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import Ownership, Policy, declare
from apps.core.roles import FIELD, HQ, Role
from apps.core.wall import RESULT
from apps.incentives.models import Accrual, AccrualLine

DEALERS = {Role.DEALER_GENERAL, Role.DEALER_FINANCE, Role.DEALER_SALES, Role.INVESTOR}
READERS = (HQ - {Role.HQ_TRAINING}) | FIELD | DEALERS
VIEW = declare("incentives.view", _("View rebates"), READERS)

accrual = Policy(Accrual, view=VIEW, ownership=Ownership.DEALER, wall=RESULT)
accrual_line = Policy(AccrualLine, view=VIEW, ownership=Ownership.DEALER, wall=RESULT)
