from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.pii import PiiField, PiiKeyField
from apps.dealers.models.dealers import Dealer
from apps.dealers.rules import ContactRole

CONTACT_ROLES = [
    (ContactRole.GENERAL, _("General manager")),
    (ContactRole.SALES, _("Sales manager")),
    (ContactRole.SERVICE, _("Service manager")),
    (ContactRole.FINANCE, _("Finance manager")),
    (ContactRole.CARE, _("Customer care manager")),
    (ContactRole.PARTS, _("Parts manager")),
    (ContactRole.OTHER, _("Other contact")),
]


class DealerContact(models.Model):
    """Whom to call at a dealer; the personal data are encrypted, and erasing them keeps the row."""

    dealer = models.ForeignKey(
        Dealer, verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="contacts"
    )
    role = models.CharField(_("role"), max_length=20, choices=CONTACT_ROLES)
    name = PiiField(_("full name"), mask="name")
    mobile = PiiField(_("mobile"), mask="mobile")
    mobile_key = PiiKeyField(source="mobile")
    email = PiiField(_("e-mail"), mask="email")
    email_key = PiiKeyField(source="email")
    updated_at = models.DateTimeField(_("updated at"))
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.name or ''}".strip()
