"""Stock: stays of vehicles, their movements, transfers between dealers, and what is counted."""

from apps.inventory.models.agreements import (
    ACTION_KINDS,
    AgedAction,
    AgedActionUnit,
    BuyBack,
    BuyBackAgreement,
)
from apps.inventory.models.counts import (
    COUNT_KINDS,
    COUNT_RESULTS,
    COUNT_STATES,
    CountLine,
    CountSheet,
    StockDeclaration,
)
from apps.inventory.models.marks import CERTIFICATES, MARK_KINDS, FloorPlanLoan, UnitMark
from apps.inventory.models.movements import MOVEMENT_KINDS, StockMovement
from apps.inventory.models.shipments import (
    INSPECTIONS,
    SHIPMENT_STATES,
    Reservation,
    Shipment,
    paid_on_the_way,
)
from apps.inventory.models.terms import HoldingTerms
from apps.inventory.models.transfers import PROPOSAL_STATES, Transfer, TransferProposal
from apps.inventory.models.units import StockUnit, age_on

__all__ = [
    "ACTION_KINDS",
    "CERTIFICATES",
    "COUNT_KINDS",
    "COUNT_RESULTS",
    "COUNT_STATES",
    "INSPECTIONS",
    "MARK_KINDS",
    "MOVEMENT_KINDS",
    "PROPOSAL_STATES",
    "SHIPMENT_STATES",
    "AgedAction",
    "AgedActionUnit",
    "BuyBack",
    "BuyBackAgreement",
    "CountLine",
    "CountSheet",
    "FloorPlanLoan",
    "HoldingTerms",
    "Reservation",
    "Shipment",
    "StockDeclaration",
    "StockMovement",
    "StockUnit",
    "Transfer",
    "TransferProposal",
    "UnitMark",
    "age_on",
    "paid_on_the_way",
]
