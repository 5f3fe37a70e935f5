"""What the roles are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.roles import Role

NAMES = {
    Role.HQ_ADMIN: _("HQ administrator"),
    Role.HQ_OPERATIONS: _("HQ operations"),
    Role.HQ_FINANCE: _("HQ incentive finance"),
    Role.HQ_AUDIT: _("HQ audit"),
    Role.HQ_EXPERIENCE: _("HQ customer experience"),
    Role.EXECUTIVE: _("Executive"),
    Role.PROVINCE_MANAGER: _("Province manager"),
    Role.REGION_MANAGER: _("Region manager"),
    Role.ACCOUNT_MANAGER: _("Account manager"),
    Role.DEALER_GENERAL: _("Dealer general manager"),
    Role.DEALER_SALES: _("Dealer sales manager"),
    Role.DEALER_SERVICE: _("Dealer service manager"),
    Role.DEALER_FINANCE: _("Dealer finance manager"),
    Role.INTEGRATION: _("Integration"),
}
CHOICES = [(role.value, name) for role, name in NAMES.items()]
