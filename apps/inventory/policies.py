from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.roles import EVERYONE, OPERATORS, Role
from apps.core.wall import DEALERS, LEDGER, Wall, Writes
from apps.inventory.models import (
    AgedAction,
    AgedActionUnit,
    BuyBack,
    BuyBackAgreement,
    CountLine,
    CountSheet,
    FloorPlanLoan,
    HoldingTerms,
    Reservation,
    Shipment,
    StockDeclaration,
    StockMovement,
    StockUnit,
    Transfer,
    TransferProposal,
    UnitMark,
)

VIEW = declare("inventory.view", _("View stock and movements"), EVERYONE)
RECORD = declare(
    "inventory.record",
    _("Enter and import stock movements"),
    OPERATORS | {Role.DEALER_GENERAL, Role.DEALER_SALES, Role.INTEGRATION},
)
ADJUST = declare(
    "inventory.adjust", _("Adjust stock and take movements back"), OPERATORS | {Role.DEALER_GENERAL}
)
TRANSFER = declare(
    "inventory.transfer",
    _("Transfer vehicles between dealers"),
    OPERATORS | {Role.PROVINCE_MANAGER, Role.REGION_MANAGER, Role.DEALER_GENERAL},
)

SHIP = declare(
    "inventory.ship", _("Announce shipments and answer their exceptions"), OPERATORS | {Role.INTEGRATION}
)
RESERVE = declare(
    "inventory.reserve",
    _("Reserve vehicles for customer orders"),
    OPERATORS | {Role.DEALER_GENERAL, Role.DEALER_SALES, Role.INTEGRATION},
)
SUGGEST = declare(
    "inventory.suggest_transfer",
    _("Suggest transfers between dealers"),
    OPERATORS | {Role.ACCOUNT_MANAGER, Role.PROVINCE_MANAGER, Role.REGION_MANAGER},
)
COUNT = declare(
    "inventory.count",
    _("Count stock"),
    OPERATORS
    | {
        Role.DEALER_GENERAL,
        Role.DEALER_SALES,
        Role.DEALER_FINANCE,
        Role.ACCOUNT_MANAGER,
        Role.PROVINCE_MANAGER,
    },
)
COUNT_APPROVE = declare(
    "inventory.approve_count",
    _("Approve adjustments after stock counts"),
    OPERATORS | {Role.PROVINCE_MANAGER, Role.REGION_MANAGER},
)
HOLD = declare("inventory.hold", _("Stop the sale of vehicles"), OPERATORS)
BUY_BACK = declare("inventory.buy_back", _("Agree on buy-backs and buy vehicles back"), OPERATORS)
PLAN = declare(
    "inventory.plan",
    _("Plan actions on aged stock"),
    OPERATORS
    | {
        Role.DEALER_GENERAL,
        Role.DEALER_SALES,
        Role.ACCOUNT_MANAGER,
        Role.PROVINCE_MANAGER,
        Role.REGION_MANAGER,
    },
)

unit = Policy(StockUnit, view=VIEW, ownership=Ownership.DEALER, wall=LEDGER)
movement = Policy(StockMovement, view=VIEW, ownership=Ownership.DEALER, wall=LEDGER)
shipment = Policy(Shipment, view=VIEW, ownership=Ownership.DEALER)
reservation = Policy(Reservation, view=VIEW, ownership=Ownership.DEALER)
terms = Policy(HoldingTerms, view=VIEW, ownership=Ownership.GLOBAL)
count = Policy(CountSheet, view=VIEW, ownership=Ownership.DEALER)
count_line = Policy(CountLine, view=VIEW, ownership=Ownership.DEALER)
mark = Policy(UnitMark, view=VIEW, ownership=Ownership.DEALER)
loan = Policy(FloorPlanLoan, view=VIEW, ownership=Ownership.DEALER)
agreement = Policy(BuyBackAgreement, view=VIEW, ownership=Ownership.DEALER)
bought = Policy(BuyBack, view=VIEW, ownership=Ownership.DEALER)
aged_action = Policy(AgedAction, view=VIEW, ownership=Ownership.DEALER)
aged_action_unit = Policy(AgedActionUnit, view=VIEW, ownership=Ownership.DEALER)
declaration = Policy(StockDeclaration, view=VIEW, ownership=Ownership.DEALER)


class TransferPolicy(Policy):
    """A transfer, done or proposed, has two owners: the dealer that gives and the one that takes."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        own = actor.scope.dealer_ids
        return rows.filter(Q(from_dealer_id__in=own) | Q(to_dealer_id__in=own))

    def owners(self, obj: Any) -> Owners:
        return Owners(dealers=frozenset({obj.from_dealer_id, obj.to_dealer_id}))


transfer = TransferPolicy(
    Transfer,
    view=VIEW,
    ownership=Ownership.DEALER,
    dealer="from_dealer_id",
    wall=Wall(writes=Writes.APPEND, also=f"to_dealer_id = ANY ({DEALERS})"),
)
proposal = TransferPolicy(
    TransferProposal,
    view=VIEW,
    ownership=Ownership.DEALER,
    dealer="from_dealer_id",
    wall=Wall(also=f"to_dealer_id = ANY ({DEALERS})"),
)

trail.name_actions(
    {
        "inventory.record": _("Stock movement recorded"),
        "inventory.adjust": _("Stock adjusted or movement taken back"),
        "inventory.transfer": _("Vehicle transferred"),
        "inventory.propose_transfer": _("Vehicle offered to another dealer"),
        "inventory.answer_transfer": _("Offered vehicle answered"),
        "inventory.suggest_transfer": _("Transfer suggested"),
        "inventory.ship": _("Shipment announced or changed"),
        "inventory.receive": _("Shipment received"),
        "inventory.answer_exception": _("Exception on arrival answered"),
        "inventory.reserve": _("Vehicle reserved"),
        "inventory.count": _("Stock counted"),
        "inventory.hold": _("Sale of a vehicle stopped or allowed"),
        "inventory.buy_back": _("Buy-back agreed or done"),
        "inventory.plan": _("Action on aged stock planned"),
        "inventory.release": _("Reservation released"),
    }
)
trail.name_fields(
    {
        "vehicle": _("Vehicle"),
        "received_on": _("Received on"),
        "cost_amount": _("Cost (¥)"),
        "gone_on": _("Left on"),
        "note": _("Note"),
        "from": _("From dealer"),
        "to": _("To dealer"),
        "on": _("On"),
        "start": _("Stock at the start"),
        "end": _("Stock at the end"),
    }
)
