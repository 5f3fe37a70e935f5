"""The vocabulary of the dealer network."""

from __future__ import annotations

from enum import StrEnum


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
    """How cars reach the customer through the partner."""

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
    """What a distribution centre can do."""

    SALES = "sales"
    SERVICE = "service"
    PARTS = "parts"
    WAREHOUSE = "warehouse"
    LOGISTICS = "logistics"
    TRAINING = "training"
    USED_CARS = "used_cars"
