"""The vocabulary of retail deliveries, and how stores share a car they sold together."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from apps.kernel.money import allocate

PLACES = 6
"""Decimal places of a share."""
LEAST = Decimal(1).scaleb(-PLACES)
WHOLE = Decimal(1)


class Channel(StrEnum):
    """How the customer came to buy."""

    SHOWROOM = "showroom"
    SECOND_TIER = "second_tier"
    ONLINE = "online"
    FLEET = "fleet"
    OTHER = "other"


class CustomerType(StrEnum):
    """Who bought the car."""

    PRIVATE = "private"
    COMPANY = "company"
    GOVERNMENT = "government"
    RENTAL = "rental"
    STAFF = "staff"


class EvidenceKind(StrEnum):
    """What a document proves about a sold car; policies name the kinds they need."""

    INVOICE = "invoice"
    REGISTRATION = "registration"
    INSURANCE = "insurance"
    CUSTOMER_DATA = "customer_data"
    RESIDENCE = "residence"
    TRADE_IN = "trade_in"
    LOAN_CONTRACT = "loan_contract"
    FLEET_CONTRACT = "fleet_contract"
    ACTIVITY = "activity"
    ACCEPTANCE = "acceptance"
    TRANSFER = "transfer"


class ShareState(StrEnum):
    """How a car that several stores reported is counted."""

    OPEN = "open"
    """In full at each of them."""
    SPLIT = "split"
    """By shares that add up to one car."""
    UNEVEN = "uneven"
    """By shares that no longer add up to one car, because a delivery came or went."""


class ShareFault(StrEnum):
    """Why shares of a car cannot stand."""

    FEW = "few"
    RANGE = "range"
    PLACES = "places"
    SUM = "sum"


def share_fault(shares: Sequence[Decimal]) -> ShareFault | None:
    """What is wrong with the shares of a car: two at least, each above 0, exact, together exactly 1."""
    if len(shares) < 2:
        return ShareFault.FEW
    if any(not LEAST <= share < WHOLE for share in shares):
        return ShareFault.RANGE
    if any(share != share.quantize(LEAST) for share in shares):
        return ShareFault.PLACES
    return None if sum(shares) == WHOLE else ShareFault.SUM


def even_shares(stores: int) -> list[Decimal]:
    """A car in shares as equal as six decimals allow; the first ones are the larger ones."""
    parts = allocate(WHOLE, [(f"{number:03d}", WHOLE) for number in range(stores)], LEAST)
    return list(parts.values())
