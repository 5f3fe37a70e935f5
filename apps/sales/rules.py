"""The vocabulary of retail deliveries."""

from enum import StrEnum


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
