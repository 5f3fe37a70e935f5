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
