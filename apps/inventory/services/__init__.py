"""Stock comes, goes, is transferred, adjusted and declared; movements are never changed or deleted."""

from apps.inventory.services.aged import end_done_actions, plan_aged_action
from apps.inventory.services.agreements import Terms, agree_buy_back, buy_back
from apps.inventory.services.arrivals import arrival_problems, enter, record_arrivals, take_arrivals
from apps.inventory.services.counts import explain_count, finish_count, open_count, scan
from apps.inventory.services.declarations import (
    LINES,
    declaration_problems,
    declare_stock,
    take_declarations,
    withdraw_declaration,
)
from apps.inventory.services.departures import (
    depart,
    departure_problems,
    record_departures,
    take_departures,
)
from apps.inventory.services.marks import (
    end_mark,
    mark_problems,
    record_loans,
    set_mark,
    take_certificates,
    take_loans,
)
from apps.inventory.services.proposals import (
    Arrival,
    accept_transfer,
    answer_transfer,
    propose_transfer,
    ship_transfer,
    suggest_transfers,
)
from apps.inventory.services.reservations import release, reserve
from apps.inventory.services.reversals import undo, withdraw_batch, withdraw_transfers
from apps.inventory.services.shipments import (
    announce_shipments,
    answer_exception,
    cancel_shipment,
    receive_shipment,
    shipment_problems,
    take_shipments,
)
from apps.inventory.services.transfers import (
    Move,
    take_transfers,
    transfer,
    transfer_many,
    transfer_problems,
)

__all__ = [
    "LINES",
    "Arrival",
    "Move",
    "Terms",
    "accept_transfer",
    "agree_buy_back",
    "announce_shipments",
    "answer_exception",
    "answer_transfer",
    "arrival_problems",
    "buy_back",
    "cancel_shipment",
    "declaration_problems",
    "declare_stock",
    "depart",
    "departure_problems",
    "end_done_actions",
    "end_mark",
    "enter",
    "explain_count",
    "finish_count",
    "mark_problems",
    "open_count",
    "plan_aged_action",
    "propose_transfer",
    "receive_shipment",
    "record_arrivals",
    "record_departures",
    "record_loans",
    "release",
    "reserve",
    "scan",
    "set_mark",
    "ship_transfer",
    "shipment_problems",
    "suggest_transfers",
    "take_arrivals",
    "take_certificates",
    "take_declarations",
    "take_departures",
    "take_loans",
    "take_shipments",
    "take_transfers",
    "transfer",
    "transfer_many",
    "transfer_problems",
    "undo",
    "withdraw_batch",
    "withdraw_declaration",
    "withdraw_transfers",
]
