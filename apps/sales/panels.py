"""What sales shows of a car on the VIN page."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.sales import policies, queries
from apps.sales.measures import COLUMNS
from apps.sales.models import RetailDelivery, SaleEvidence
from apps.sales.tables import EvidenceTable
from apps.vehicles import registry


def _rows(actor: Actor, vin: str) -> Sequence[RetailDelivery]:
    return list(queries.deliveries_of(vin, actor=actor))


registry.panel(registry.Panel("sales", _("Retail deliveries"), COLUMNS, _rows, policies.VIEW))


def _evidence(actor: Actor, vin: str) -> Sequence[SaleEvidence]:
    return list(queries.evidence_of(vin, actor=actor))


registry.panel(
    registry.Panel("sales_evidence", _("Evidence of sales"), EvidenceTable.shown(), _evidence, policies.VIEW)
)
