from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import EVERYONE, OPERATORS, Role
from apps.core.wall import LEDGER
from apps.sales.models import RetailDelivery, SaleEvidence

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
EVIDENCE = declare(
    "sales.record_evidence",
    _("Record evidence of sales"),
    OPERATORS
    | {Role.HQ_POLICY, Role.HQ_FINANCE, Role.DEALER_GENERAL, Role.DEALER_SALES, Role.DEALER_FINANCE}
    | {Role.INTEGRATION},
)
WITHDRAW = declare(
    "sales.withdraw_evidence", _("Withdraw evidence of sales"), OPERATORS | {Role.HQ_POLICY, Role.HQ_FINANCE}
)
SPLIT = declare(
    "sales.split", _("Split cars between the stores that sold them"), OPERATORS | {Role.PROVINCE_MANAGER}
)
DESPITE_STOP = declare("sales.despite_stop", _("Enter deliveries in spite of a stop sale"), OPERATORS)

delivery = Policy(RetailDelivery, view=VIEW, ownership=Ownership.DEALER, wall=LEDGER)
evidence = Policy(SaleEvidence, view=VIEW, ownership=Ownership.DEALER, wall=LEDGER)

trail.name_actions(
    {
        "sales.record": _("Delivery recorded"),
        "sales.correct": _("Delivery corrected or taken back"),
        "sales.split": _("Car split between stores"),
        "sales.record_evidence": _("Evidence of a sale recorded"),
        "sales.withdraw_evidence": _("Evidence of a sale withdrawn"),
    }
)
trail.name_fields(
    {
        "occurred_on": _("Delivered on"),
        "quantity": _("Quantity"),
        "credit": _("Share of the car"),
        "model_text": _("Model as written"),
        "price_amount": _("Price (¥)"),
        "vin": _("VIN"),
        "number": _("Document number"),
        "issued_on": _("Issued on"),
    }
)
