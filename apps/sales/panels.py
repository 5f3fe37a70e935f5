"""What sales shows of a car on the VIN page."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.sales import policies, queries
from apps.sales.measures import COLUMNS
from apps.sales.models import RetailDelivery
from apps.vehicles import registry


def _rows(actor: Actor, vin: str) -> Sequence[RetailDelivery]:
    return list(queries.deliveries_of(vin, actor=actor))


registry.panel(registry.Panel("sales", _("Retail deliveries"), COLUMNS, _rows, policies.VIEW))
