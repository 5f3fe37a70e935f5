from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import FIELD, HQ, OPERATORS, Role
from apps.risk.models import RetailDecision

VIEW = declare("risk.view_decisions", _("View decisions about sales"), HQ | FIELD)
PROPOSE = declare(
    "risk.propose_decision",
    _("Propose decisions about sales"),
    OPERATORS | {Role.HQ_AUDIT, Role.HQ_POLICY, Role.PROVINCE_MANAGER, Role.REGION_MANAGER},
)
DECIDE = declare(
    "risk.decide",
    _("Decide about sales as the second person"),
    OPERATORS | {Role.HQ_AUDIT, Role.HQ_FINANCE, Role.HQ_LEGAL},
)

decision = Policy(RetailDecision, view=VIEW, ownership=Ownership.DEALER)

trail.name_actions(
    {
        "risk.propose_decision": _("Decision about a sale proposed"),
        "risk.decide": _("Decision about a sale made"),
    }
)
trail.name_fields({"verdict": _("Verdict"), "answer": _("Answer")})
