"""The roles of the product; actions declare which of them they are granted to, `role_names` names them."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A job a person holds, at headquarters, in the field or at a dealer."""

    HQ_ADMIN = "hq_admin"
    HQ_OPERATIONS = "hq_operations"
    HQ_FINANCE = "hq_finance"
    HQ_AUDIT = "hq_audit"
    HQ_EXPERIENCE = "hq_experience"
    EXECUTIVE = "executive"
    PROVINCE_MANAGER = "province_manager"
    REGION_MANAGER = "region_manager"
    ACCOUNT_MANAGER = "account_manager"
    DEALER_GENERAL = "dealer_general"
    DEALER_SALES = "dealer_sales"
    DEALER_SERVICE = "dealer_service"
    DEALER_FINANCE = "dealer_finance"
    INTEGRATION = "integration"


HQ = frozenset(
    {
        Role.HQ_ADMIN,
        Role.HQ_OPERATIONS,
        Role.HQ_FINANCE,
        Role.HQ_AUDIT,
        Role.HQ_EXPERIENCE,
        Role.EXECUTIVE,
    }
)
FIELD = frozenset({Role.PROVINCE_MANAGER, Role.REGION_MANAGER, Role.ACCOUNT_MANAGER})
MAKER = HQ | FIELD
DEALER = frozenset({Role.DEALER_GENERAL, Role.DEALER_SALES, Role.DEALER_SERVICE, Role.DEALER_FINANCE})
SECOND_FACTOR = frozenset({Role.HQ_ADMIN, Role.HQ_FINANCE})
"""The roles over money and rights: whoever holds one logs in with a second factor."""

OPERATORS = frozenset({Role.HQ_ADMIN, Role.HQ_OPERATIONS})
EVERYONE = MAKER | DEALER | {Role.INTEGRATION}
