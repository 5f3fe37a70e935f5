from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit import records
from apps.core.kit.pages import Button, Page, SimplePage
from apps.vehicles import policies, queries, registry, tables
from apps.vehicles.forms import VinForm


class Catalogue(SimplePage):
    """Brands with their series, models and trims."""

    action = policies.VIEW
    title = _("Model catalogue")
    template_name = "vehicles/catalogue.html"
    buttons = (
        Button(_("Edit the catalogue"), "admin:vehicles_carmodel_changelist", policies.MANAGE, "edit"),
    )

    def context(self) -> dict[str, Any]:
        return {"brands": queries.catalogue(actor=self.actor)}


class VinLookUp(Page):
    """What a VIN tells, who had the car, and its facts inside the reader's scope."""

    action = policies.VIEW
    title = _("VIN look-up")
    template_name = "vehicles/vin.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        form = VinForm(request.GET if "vin" in request.GET else None)
        return self.show(form=form, **(self._found(form.cleaned_data["vin"]) if form.is_valid() else {}))

    def _found(self, raw: str) -> dict[str, Any]:
        file = queries.vin_file(raw, actor=self.actor, today=timezone.localdate())
        vin = file.decoded.vin
        return {
            "file": file,
            "country": tables.country_name(file.decoded.country),
            "record_panels": records.panels(self.actor, file.vehicle),
            "findings": tables.finding_rows(file.decoded),
            "custodies": tables.CustodyTable(file.custodies),
            "panels": [
                {
                    "label": panel.label,
                    "table": tables.panel_table(panel.columns, panel.rows(self.actor, vin)),
                }
                for panel in registry.panels(self.actor)
            ],
        }
