from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.dealers.models import Dealer, DealerContact
from apps.dealers.rules import DealerStatus

COLOURS = {
    DealerStatus.PREPARING: "blue",
    DealerStatus.ACTIVE: "green",
    DealerStatus.SUSPENDED: "amber",
    DealerStatus.CLOSED: "grey",
    DealerStatus.MERGED: "grey",
}


def status_badge(dealer: Dealer) -> tuple[str, Any]:
    """The status as colour and words."""
    return COLOURS[DealerStatus(dealer.status)], dealer.get_status_display()


def place_name(dealer: Dealer) -> str:
    """City and county, without repeating the name of a municipality."""
    parts = [place.name for place in (dealer.city, dealer.county) if place is not None]
    return " ".join(parts)


class DealerTable(Table):
    """The dealers of a list page."""

    columns = (
        Column(
            "code",
            _("Dealer code"),
            "code",
            link=lambda dealer: reverse("dealers:dealer-detail", args=[dealer.pk]),
            sort="code",
        ),
        Column(
            "name",
            _("Dealer name"),
            link=lambda dealer: reverse("dealers:dealer-detail", args=[dealer.pk]),
            sort="name_key",
        ),
        Column("province", _("Province"), "code", sort="province"),
        Column("city", _("City"), "code", value=place_name, sort="city"),
        Column("unit", _("Organisation unit"), "code", sort="unit__path", phone=False),
        Column("store_type", _("Store type"), "code", value=lambda dealer: dealer.get_store_type_display()),
        Column(
            "city_tier",
            _("City tier"),
            "code",
            value=lambda dealer: dealer.get_city_tier_display(),
            export_only=True,
        ),
        Column("status", _("Status"), "badge", value=status_badge, sort="status"),
        Column("group", _("Dealer group"), phone=False, export_only=True),
        Column("short_name", _("Short name"), export_only=True),
        Column("address", _("Address"), export_only=True),
        Column("opened_on", _("Opened on"), "date", export_only=True),
        Column("contract_from", _("Contract from"), "date", export_only=True),
        Column("contract_to", _("Contract to"), "date", sort="contract_to", phone=False),
    )
    order_by = ("code", "pk")


def _contacts_of(contact: DealerContact) -> str:
    return reverse("dealers:dealer-detail", args=[contact.dealer_id]) + "?tab=contacts"


class ContactTable(Table):
    """Whom to call; personal data are masked on the page and in the export."""

    columns = (
        Column("name", _("Full name"), link=_contacts_of),
        Column("role", _("Role"), value=lambda contact: contact.get_role_display(), sort="role"),
        Column("mobile", _("Mobile"), "code"),
        Column("email", _("E-mail"), phone=False),
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column("dealer", _("Dealer name"), sort="dealer__name_key"),
        Column("updated_at", _("Updated"), "datetime", sort="updated_at", phone=False),
    )
    order_by = ("dealer__code", "role", "pk")
