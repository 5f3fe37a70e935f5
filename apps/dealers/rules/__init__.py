"""The vocabulary of the dealer network."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

UNKNOWN_SINCE: Final = date(2000, 1, 1)
"""Since when something stands where it stands, when nobody says: before every fact the product takes."""


class UnitKind(StrEnum):
    """A level of the organisation above the dealer."""

    HQ = "hq"
    REGION = "region"
    PROVINCE = "province"
    AREA = "area"


class DealerStatus(StrEnum):
    """Where a dealer stands in its life."""

    PREPARING = "preparing"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    MERGED = "merged"


class StoreType(StrEnum):
    """The format of a store."""

    FULL_4S = "4s"
    CITY_SHOWROOM = "city_showroom"
    SECOND_TIER = "second_tier"
    DIRECT = "direct"
    SATELLITE = "satellite"
    SERVICE = "service"


class ChannelPattern(StrEnum):
    """How cars reach the customer through the partner. Source: Q004-70."""

    DIRECT_SALE = "direct_sale"
    SOLE_AGENT = "sole_agent"
    FRANCHISE = "franchise"
    EXCLUSIVE = "exclusive"


class PartnerType(StrEnum):
    """What the partner is to the maker; an agent or operator owns no stock."""

    DEALER = "dealer"
    AGENT = "agent"
    OPERATOR = "operator"


class Capability(StrEnum):
    """The eight functions a distribution centre may fulfil. Source: Q004-68."""

    SALES = "sales"
    STORAGE = "storage"
    PARTS = "parts"
    SETTLEMENT = "settlement"
    FEEDBACK = "feedback"
    SERVICE = "service"
    TRAINING = "training"
    MARKET = "market"


class CityTier(StrEnum):
    """The tier of a city; every city that the reference table does not name is `other`."""

    FIRST = "tier_1"
    SECOND = "tier_2"
    THIRD = "tier_3"
    OTHER = "other"


DEPTH: Final = {UnitKind.HQ: 0, UnitKind.REGION: 1, UnitKind.PROVINCE: 2, UnitKind.AREA: 3}

TRANSITIONS: Final = {
    DealerStatus.PREPARING: frozenset({DealerStatus.ACTIVE, DealerStatus.CLOSED}),
    DealerStatus.ACTIVE: frozenset({DealerStatus.SUSPENDED, DealerStatus.CLOSED, DealerStatus.MERGED}),
    DealerStatus.SUSPENDED: frozenset({DealerStatus.ACTIVE, DealerStatus.CLOSED, DealerStatus.MERGED}),
    DealerStatus.CLOSED: frozenset({DealerStatus.ACTIVE, DealerStatus.MERGED}),
    DealerStatus.MERGED: frozenset[DealerStatus](),
}
"""From which status a dealer may go to which; a merged dealer stays merged."""


def may_stand_under(kind: str, parent: str) -> bool:
    """Whether a unit may stand under one of that kind: always a higher level, so no circle can form."""
    return DEPTH[UnitKind(parent)] < DEPTH[UnitKind(kind)]


def may_become(status: str, following: str) -> bool:
    """Whether a dealer may go from one status to the other."""
    return DealerStatus(following) in TRANSITIONS[DealerStatus(status)]


class ContactRole(StrEnum):
    """What a contact person of a dealer is responsible for."""

    GENERAL = "general"
    SALES = "sales"
    SERVICE = "service"
    FINANCE = "finance"
    CARE = "care"
    PARTS = "parts"
    OTHER = "other"
