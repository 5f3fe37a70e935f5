"""The roles of the product; actions declare which of them they are granted to, `role_names` names them."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A job a person holds, at headquarters, in the field, at a dealer or as an investor."""

    HQ_ADMIN = "hq_admin"
    HQ_OPERATIONS = "hq_operations"
    HQ_POLICY = "hq_policy"
    HQ_FINANCE = "hq_finance"
    HQ_LEGAL = "hq_legal"
    HQ_AUDIT = "hq_audit"
    AUDITOR = "auditor"
    HQ_EXPERIENCE = "hq_experience"
    HQ_TRAINING = "hq_training"
    EXECUTIVE = "executive"
    PROVINCE_MANAGER = "province_manager"
    REGION_MANAGER = "region_manager"
    ACCOUNT_MANAGER = "account_manager"
    ACCOUNT_MANAGER_2 = "account_manager_2"
    MARKET_CAPTAIN = "market_captain"
    MARKET_MEMBER = "market_member"
    OFFICE_ASSISTANT = "office_assistant"
    KEY_ACCOUNT_MANAGER = "key_account_manager"
    KEY_ACCOUNT_CLERK = "key_account_clerk"
    DEALER_GENERAL = "dealer_general"
    DEALER_SALES = "dealer_sales"
    DEALER_SERVICE = "dealer_service"
    DEALER_FINANCE = "dealer_finance"
    DEALER_CARE = "dealer_care"
    SALES_CONSULTANT = "sales_consultant"
    SERVICE_ADVISER = "service_adviser"
    INVESTOR = "investor"
    INTEGRATION = "integration"


HQ = frozenset(
    {
        Role.HQ_ADMIN,
        Role.HQ_OPERATIONS,
        Role.HQ_POLICY,
        Role.HQ_FINANCE,
        Role.HQ_LEGAL,
        Role.HQ_AUDIT,
        Role.HQ_EXPERIENCE,
        Role.HQ_TRAINING,
        Role.EXECUTIVE,
    }
)
FIELD = frozenset({Role.PROVINCE_MANAGER, Role.REGION_MANAGER, Role.ACCOUNT_MANAGER})
FIELD_STAFF = frozenset(
    {
        Role.ACCOUNT_MANAGER_2,
        Role.MARKET_CAPTAIN,
        Role.MARKET_MEMBER,
        Role.OFFICE_ASSISTANT,
        Role.KEY_ACCOUNT_MANAGER,
        Role.KEY_ACCOUNT_CLERK,
    }
)
MAKER = HQ | FIELD | FIELD_STAFF | {Role.AUDITOR}
DEALER = frozenset(
    {
        Role.DEALER_GENERAL,
        Role.DEALER_SALES,
        Role.DEALER_SERVICE,
        Role.DEALER_FINANCE,
        Role.DEALER_CARE,
    }
)
DEALER_STAFF = frozenset({Role.SALES_CONSULTANT, Role.SERVICE_ADVISER})
SECOND_FACTOR = frozenset({Role.HQ_ADMIN, Role.HQ_FINANCE, Role.HQ_POLICY})
"""The roles over money and rights: whoever holds one logs in with a second factor."""

OPERATORS = frozenset({Role.HQ_ADMIN, Role.HQ_OPERATIONS})
EVERYONE = MAKER | DEALER | DEALER_STAFF | {Role.INVESTOR, Role.INTEGRATION}
WITH_FIGURES = EVERYONE - DEALER_STAFF
MONEY = frozenset({Role.HQ_ADMIN, Role.HQ_POLICY, Role.HQ_FINANCE})
"""Roles that decide about money or rights: who gets them, and what they may, changes by four eyes only."""

GROUPS: dict[str, tuple[Role, ...]] = {
    "hq": tuple(role for role in Role if role in HQ or role is Role.AUDITOR),
    "field": tuple(role for role in Role if role in FIELD | FIELD_STAFF),
    "dealer": tuple(role for role in Role if role in DEALER | DEALER_STAFF),
    "others": (Role.INVESTOR, Role.INTEGRATION),
}
"""The roles in the order and groups in which pages show them."""
