"""Pure rules of stock: movements, ageing, the stock identity, what stock costs.

Source: domain.md §1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import inf

from apps.kernel.money import round_step

DAYS_360, DAYS_365 = 360, 365


class MovementKind(StrEnum):
    """Why a vehicle came or went."""

    OPENING = "opening"
    RECEIPT = "receipt"
    TRANSFER_IN = "transfer_in"
    RETURN = "return"
    RETAIL = "retail"
    WHOLESALE_OUT = "wholesale_out"
    BUY_BACK = "buy_back"
    TRANSFER_OUT = "transfer_out"
    ADJUSTMENT = "adjustment"


ARRIVALS = frozenset(
    {MovementKind.OPENING, MovementKind.RECEIPT, MovementKind.TRANSFER_IN, MovementKind.RETURN}
)
DEPARTURES = frozenset(
    {MovementKind.RETAIL, MovementKind.WHOLESALE_OUT, MovementKind.BUY_BACK, MovementKind.TRANSFER_OUT}
)
SOLD = frozenset({MovementKind.RETAIL, MovementKind.WHOLESALE_OUT})
"""Departures a stop sale forbids."""
LINES = {
    "receipts": (frozenset({MovementKind.RECEIPT}), 1),
    "retail": (frozenset({MovementKind.RETAIL, MovementKind.RETURN}), -1),
    "transfers_out": (
        frozenset({MovementKind.TRANSFER_OUT, MovementKind.WHOLESALE_OUT, MovementKind.BUY_BACK}),
        -1,
    ),
    "transfers_in": (frozenset({MovementKind.TRANSFER_IN}), 1),
    "adjustments": (frozenset({MovementKind.ADJUSTMENT, MovementKind.OPENING}), 1),
}
"""The lines of the stock identity: the kinds of movement each sums, and with which sign."""


def sign_of(kind: MovementKind, *, leaving: bool) -> int:
    """+1 for a vehicle that comes, −1 for one that goes; ValueError when the kind cannot do that."""
    if kind in (ARRIVALS if leaving else DEPARTURES):
        raise ValueError(f"{kind} is no {'departure' if leaving else 'arrival'}")
    return -1 if leaving else 1


class ProposalState(StrEnum):
    """Where a proposed transfer stands."""

    SUGGESTED = "suggested"
    PROPOSED = "proposed"
    AGREED = "agreed"
    SHIPPED = "shipped"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Party(StrEnum):
    """The two dealers of a transfer."""

    GIVER = "giver"
    TAKER = "taker"


class Answer(StrEnum):
    """What is done with a proposed transfer."""

    CONFIRM = "confirm"
    AGREE = "agree"
    SHIP = "ship"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


ANSWERS = {
    (ProposalState.SUGGESTED, Answer.CONFIRM): (ProposalState.PROPOSED, Party.GIVER),
    (ProposalState.SUGGESTED, Answer.WITHDRAW): (ProposalState.WITHDRAWN, Party.GIVER),
    (ProposalState.PROPOSED, Answer.AGREE): (ProposalState.AGREED, Party.TAKER),
    (ProposalState.PROPOSED, Answer.ACCEPT): (ProposalState.ACCEPTED, Party.TAKER),
    (ProposalState.PROPOSED, Answer.DECLINE): (ProposalState.DECLINED, Party.TAKER),
    (ProposalState.PROPOSED, Answer.WITHDRAW): (ProposalState.WITHDRAWN, Party.GIVER),
    (ProposalState.AGREED, Answer.SHIP): (ProposalState.SHIPPED, Party.GIVER),
    (ProposalState.AGREED, Answer.ACCEPT): (ProposalState.ACCEPTED, Party.TAKER),
    (ProposalState.AGREED, Answer.DECLINE): (ProposalState.DECLINED, Party.TAKER),
    (ProposalState.AGREED, Answer.WITHDRAW): (ProposalState.WITHDRAWN, Party.GIVER),
    (ProposalState.SHIPPED, Answer.ACCEPT): (ProposalState.ACCEPTED, Party.TAKER),
    (ProposalState.SHIPPED, Answer.DECLINE): (ProposalState.DECLINED, Party.TAKER),
}
OPEN_PROPOSALS = frozenset(state for state, _answer in ANSWERS)
"""The states in which somebody still has to do something; the vehicle stands at the giver until it came."""
"""State and answer → the state it leads to and whose answer it is; whatever is absent is refused."""


class MarkKind(StrEnum):
    """What may be true of a vehicle in stock for a while."""

    STOP_SALE = "stop_sale"
    TEST_DRIVE = "test_drive"
    DISPLAY = "display"
    CERTIFICATE = "certificate"
    LOCATION = "location"


class CertificateStatus(StrEnum):
    """Where the certificate of conformity of a vehicle is."""

    DEALER = "dealer"
    BANK = "bank"
    MISSING = "missing"


class AgedActionKind(StrEnum):
    """What is done about vehicles that stand too long."""

    PROMOTION = "promotion"
    TASK = "task"


class ShipmentState(StrEnum):
    """How far a car on its way from the maker has come."""

    ALLOCATED = "allocated"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class Inspection(StrEnum):
    """What the dealer found when a car was due."""

    GOOD = "good"
    DAMAGED = "damaged"
    REFUSED = "refused"
    ABSENT = "absent"


TAKEN_IN = frozenset({Inspection.GOOD, Inspection.DAMAGED})
"""Inspections after which the car stands in stock; after the others it does not."""
EXCEPTION_DAYS = 2
"""Days within which an exception on arrival is answered."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A class of age in days, both ends included; the last one is open."""

    code: str
    first: int
    last: int | None

    def holds(self, days: int) -> bool:
        """Whether an age falls into it."""
        return self.first <= days <= (inf if self.last is None else self.last)


BUCKETS = (
    Bucket("0-30", 0, 30),
    Bucket("31-60", 31, 60),
    Bucket("61-90", 61, 90),
    Bucket("91-180", 91, 180),
    Bucket("181-365", 181, 365),
    Bucket(">365", 366, None),
)
AGED_DAYS = 90
"""Units older than this are overdue stock. Source: I-06."""


def age_days(since: date, as_of: date) -> int:
    """Days in stock: as-of day minus the day of receipt. Source: I-06."""
    return (as_of - since).days


def bucket_of(days: int) -> Bucket:
    """The class of an age; ValueError for an age below 0. Source: I-06."""
    for bucket in BUCKETS:
        if bucket.holds(days):
            return bucket
    raise ValueError(f"no age: {days}")


@dataclass(frozen=True, slots=True)
class StockReport:
    """The lines of a month's stock in units, as a dealer counts them or as the book holds them."""

    start: int
    receipts: int
    retail: int
    transfers_out: int
    transfers_in: int
    adjustments: int
    end: int

    @property
    def expected_end(self) -> int:
        """start + receipts − retail − transfers out + transfers in ± adjustments."""
        came = self.start + self.receipts + self.transfers_in + self.adjustments
        return came - self.retail - self.transfers_out

    @property
    def difference(self) -> int:
        """Reported end minus the end the other lines give; 0 when the identity holds. Source: §1.1."""
        return self.end - self.expected_end

    def against(self, book: StockReport) -> dict[str, int]:
        """The lines that differ from the book, each as reported minus booked."""
        return {
            name: getattr(self, name) - getattr(book, name)
            for name in self.__slots__
            if getattr(self, name) != getattr(book, name)
        }


def coefficient(stock: Decimal, sold: Decimal) -> Decimal | None:
    """Inventory coefficient in months; None when nothing was sold. Source: I-01."""
    return stock / sold if sold else None


def floorplan_interest(
    principal: Decimal, annual_rate: Decimal, days: int, *, free_days: int = 0, year_days: int = DAYS_360
) -> Decimal:
    """Interest of one vehicle in yuan: principal × rate × max(0, days − free days) ÷ year. Source: I-10."""
    charged = max(0, days - free_days)
    return round_step("interest.line", principal * annual_rate * charged / year_days)


def holding_cost(
    *,
    interest: Decimal,
    storage: Decimal,
    insurance: Decimal,
    cost: Decimal,
    depreciation_rate: Decimal,
    days: int,
) -> Decimal:
    """Interest, storage, insurance and rate × cost × days ÷ 365 of a vehicle, in yuan. Source: I-11."""
    ageing = depreciation_rate * cost * days / DAYS_365
    return round_step("interest.line", interest + storage + insurance + ageing)


def excess_stock_amount(
    stock_units: Decimal, sold_units: Decimal, *, limit: Decimal, unit_cost: Decimal
) -> Decimal:
    """Capital in yuan tied up in units above limit × sales, 0 when none. Source: conventions, §1.1."""
    return max(Decimal(0), stock_units - limit * sold_units) * unit_cost
