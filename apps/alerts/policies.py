from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.alerts.models import AlertEpisode, AlertReading, AlertRule
from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import FIELD, OPERATORS, WITH_FIGURES, Role
from apps.core.wall import RESULT, Wall, Writes

VIEW = declare("alerts.view", _("View alerts"), WITH_FIGURES)
ACKNOWLEDGE = declare(
    "alerts.acknowledge",
    _("Acknowledge alerts"),
    OPERATORS | FIELD | {Role.DEALER_GENERAL, Role.DEALER_SALES},
)
RULES = declare("alerts.view_rules", _("View alert rules"), WITH_FIGURES)

rule = Policy(AlertRule, view=RULES, ownership=Ownership.GLOBAL)
reading = Policy(AlertReading, view=VIEW, ownership=Ownership.DEALER, wall=RESULT)
episode = Policy(
    AlertEpisode,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(writes=Writes.NONE, columns=("state", "acknowledged_by", "acknowledged_at", "plan")),
)

trail.name_actions(
    {
        "alerts.acknowledge": _("Alert acknowledged"),
    }
)
trail.name_fields(
    {
        "plan": _("What will be done"),
        "acknowledged_at": _("Acknowledged at"),
        "acknowledged_by": _("Acknowledged by"),
    },
)
