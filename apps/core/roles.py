"""The roles of the product; grants of actions to them are declared beside each action."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A job a person holds, at headquarters, in the field or at a dealer."""

    HQ_ADMIN = "hq_admin", _("HQ administrator")
    HQ_OPERATIONS = "hq_operations", _("HQ operations")
    HQ_FINANCE = "hq_finance", _("HQ incentive finance")
    HQ_AUDIT = "hq_audit", _("HQ audit")
    HQ_EXPERIENCE = "hq_experience", _("HQ customer experience")
    EXECUTIVE = "executive", _("Executive")
    PROVINCE_MANAGER = "province_manager", _("Province manager")
    REGION_MANAGER = "region_manager", _("Region manager")
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    DEALER_GENERAL = "dealer_general", _("Dealer general manager")
    DEALER_SALES = "dealer_sales", _("Dealer sales manager")
    DEALER_SERVICE = "dealer_service", _("Dealer service manager")
    DEALER_FINANCE = "dealer_finance", _("Dealer finance manager")
    INTEGRATION = "integration", _("Integration")


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
DEALER = frozenset(
    {Role.DEALER_GENERAL, Role.DEALER_SALES, Role.DEALER_SERVICE, Role.DEALER_FINANCE}
)
OPERATORS = frozenset({Role.HQ_ADMIN, Role.HQ_OPERATIONS})
EVERYONE = MAKER | DEALER | {Role.INTEGRATION}
