from apps.dealers.models.contacts import CONTACT_ROLES, DealerContact
from apps.dealers.models.dealers import (
    CAPABILITIES,
    CHANNEL_PATTERNS,
    PARTNER_TYPES,
    STATUSES,
    STORE_TYPES,
    Dealer,
    DealerCode,
    DealerGroup,
    DealerPlacement,
    Outlet,
)
from apps.dealers.models.places import CITY_TIERS, Division, FormerPlace
from apps.dealers.models.units import UNIT_KINDS, OrgUnit, UnitPlacement

__all__ = [
    "CAPABILITIES",
    "CHANNEL_PATTERNS",
    "CITY_TIERS",
    "CONTACT_ROLES",
    "PARTNER_TYPES",
    "STATUSES",
    "STORE_TYPES",
    "UNIT_KINDS",
    "Dealer",
    "DealerCode",
    "DealerContact",
    "DealerGroup",
    "DealerPlacement",
    "Division",
    "FormerPlace",
    "OrgUnit",
    "Outlet",
    "UnitPlacement",
]
