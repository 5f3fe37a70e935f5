"""What the roles are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.roles import Role

NAMES = {
    Role.HQ_ADMIN: _("HQ administrator"),
    Role.HQ_OPERATIONS: _("HQ operations"),
    Role.HQ_POLICY: _("HQ commercial policy"),
    Role.HQ_FINANCE: _("HQ incentive finance"),
    Role.HQ_LEGAL: _("HQ legal"),
    Role.HQ_AUDIT: _("HQ audit"),
    Role.AUDITOR: _("Auditor"),
    Role.HQ_EXPERIENCE: _("HQ customer experience"),
    Role.HQ_TRAINING: _("HQ training"),
    Role.EXECUTIVE: _("Executive"),
    Role.PROVINCE_MANAGER: _("Province manager"),
    Role.REGION_MANAGER: _("Region manager"),
    Role.ACCOUNT_MANAGER: _("Account manager, level 1"),
    Role.ACCOUNT_MANAGER_2: _("Account manager, level 2"),
    Role.MARKET_CAPTAIN: _("Market captain"),
    Role.MARKET_MEMBER: _("Market team member"),
    Role.OFFICE_ASSISTANT: _("Office assistant"),
    Role.KEY_ACCOUNT_MANAGER: _("Key-account manager"),
    Role.KEY_ACCOUNT_CLERK: _("Key-account clerk"),
    Role.DEALER_GENERAL: _("Dealer general manager"),
    Role.DEALER_SALES: _("Dealer sales manager"),
    Role.DEALER_SERVICE: _("Dealer service manager"),
    Role.DEALER_FINANCE: _("Dealer finance manager"),
    Role.DEALER_CARE: _("Dealer customer-care manager"),
    Role.SALES_CONSULTANT: _("Sales consultant"),
    Role.SERVICE_ADVISER: _("Service adviser"),
    Role.INVESTOR: _("Investor"),
    Role.INTEGRATION: _("Integration"),
}
CHOICES = [(role.value, name) for role, name in NAMES.items()]
GROUP_NAMES = {
    "hq": _("Headquarters"),
    "field": _("Field organisation"),
    "dealer": _("Dealer"),
    "others": _("Investors and systems"),
}
