from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import FIELD, HQ, OPERATORS, Role
from apps.targets.models import Target

VIEW = declare(
    "targets.view",
    _("View targets"),
    HQ
    | FIELD
    | {Role.DEALER_GENERAL, Role.DEALER_SALES, Role.DEALER_FINANCE, Role.INVESTOR, Role.INTEGRATION},
)
SET = declare(
    "targets.set",
    _("Set targets"),
    OPERATORS | {Role.PROVINCE_MANAGER, Role.REGION_MANAGER, Role.INTEGRATION},
)
SIGN = declare("targets.sign", _("Countersign targets"), {Role.DEALER_GENERAL})

target = Policy(Target, view=VIEW, ownership=Ownership.DEALER)

trail.name_actions(
    {
        "targets.set": _("Target set"),
        "targets.sign": _("Target countersigned"),
        "targets.object": _("Target objected to"),
    }
)
trail.name_fields(
    {
        "units": _("Units"),
        "line": _("Model line"),
        "signature": _("Signature"),
        "wanted_units": _("Units the dealer proposes"),
        "objection": _("The dealer's reason"),
    }
)
