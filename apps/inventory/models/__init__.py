"""Stock: stays of vehicles, their movements, transfers between dealers, and what is counted."""

from apps.inventory.models.counts import (
    COUNT_KINDS,
    COUNT_RESULTS,
    COUNT_STATES,
    CountLine,
    CountSheet,
    StockDeclaration,
)
from apps.inventory.models.movements import MOVEMENT_KINDS, StockMovement
from apps.inventory.models.shipments import INSPECTIONS, SHIPMENT_STATES, Reservation, Shipment
from apps.inventory.models.terms import HoldingTerms
from apps.inventory.models.transfers import PROPOSAL_STATES, Transfer, TransferProposal
from apps.inventory.models.units import StockUnit, age_on

__all__ = [
    "COUNT_KINDS",
    "COUNT_RESULTS",
    "COUNT_STATES",
    "INSPECTIONS",
    "MOVEMENT_KINDS",
    "PROPOSAL_STATES",
    "SHIPMENT_STATES",
    "CountLine",
    "CountSheet",
    "HoldingTerms",
    "Reservation",
    "Shipment",
    "StockDeclaration",
    "StockMovement",
    "StockUnit",
    "Transfer",
    "TransferProposal",
    "age_on",
]
