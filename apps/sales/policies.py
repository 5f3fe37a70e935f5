from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import EVERYONE, OPERATORS, Role
from apps.core.wall import LEDGER
from apps.sales.models import RetailDelivery

VIEW = declare("sales.view", _("View retail deliveries"), EVERYONE)
RECORD = declare(
    "sales.record",
    _("Enter and import retail deliveries"),
    OPERATORS | {Role.DEALER_GENERAL, Role.DEALER_SALES, Role.INTEGRATION},
)
CORRECT = declare(
    "sales.correct",
    _("Take back and correct retail deliveries"),
    OPERATORS | {Role.DEALER_GENERAL, Role.INTEGRATION},
)

delivery = Policy(RetailDelivery, view=VIEW, ownership=Ownership.DEALER, wall=LEDGER)

trail.name_actions(
    {
        "sales.record": _("Delivery recorded"),
        "sales.correct": _("Delivery corrected or taken back"),
    }
)
trail.name_fields(
    {
        "occurred_on": _("Delivered on"),
        "quantity": _("Quantity"),
        "model_text": _("Model as written"),
        "price_amount": _("Price (¥)"),
        "vin": _("VIN"),
    }
)
