from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import DEALER, FIELD, HQ, OPERATORS, Role
from apps.scores.models import DeliveredScore

VIEW = declare(
    "scores.view", _("View delivered scores"), HQ | FIELD | DEALER | {Role.INVESTOR, Role.INTEGRATION}
)
RECORD = declare(
    "scores.record",
    _("Deliver scores"),
    OPERATORS | {Role.HQ_AUDIT, Role.HQ_EXPERIENCE, Role.HQ_TRAINING, Role.INTEGRATION},
)

score = Policy(DeliveredScore, view=VIEW, ownership=Ownership.DEALER)

trail.name_actions({"scores.record": _("Score delivered")})
trail.name_fields({"score": _("Score"), "value": _("Value")})
