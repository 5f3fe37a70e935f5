"""What stock shows of a car on the VIN page."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.kit.tables import Column
from apps.inventory import policies, queries
from apps.inventory.models import StockUnit
from apps.vehicles import registry

COLUMNS = (
    Column(
        "received_on",
        _("Received on"),
        "date",
        link=lambda row: reverse("inventory:unit-detail", kwargs={"pk": row.pk}),
    ),
    Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
    Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
    Column("gone_on", _("Gone on"), "date"),
    Column("cost_amount", _("Cost"), "money"),
)


def _rows(actor: Actor, vin: str) -> Sequence[StockUnit]:
    return list(queries.stays_of(vin, actor=actor))


LIFE = (
    Column("on", _("Date"), "date"),
    Column("what", _("Event"), value=lambda row: str(row.what), link=lambda row: row.url or None),
    Column("dealer", _("Dealer")),
    Column("detail", _("Details"), value=lambda row: str(row.detail)),
)


def _life(actor: Actor, vin: str) -> Sequence[queries.Event]:
    return queries.life_of(vin, actor=actor)


registry.panel(registry.Panel("life", _("Life of the vehicle"), LIFE, _life, policies.VIEW))
registry.panel(registry.Panel("inventory", _("Stays in stock"), COLUMNS, _rows, policies.VIEW))
