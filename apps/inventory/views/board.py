from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, SimplePage
from apps.inventory import policies
from apps.inventory.forms.board import BoardForm
from apps.inventory.queries.board import Board, Cut, board
from apps.inventory.rules import BUCKETS
from apps.inventory.tables.board import heat


class StockBoard(SimplePage):
    """Cars by a cut against classes of age; every cell leads to its vehicles."""

    action = policies.VIEW
    title = _("Stock board")
    template_name = "inventory/board.html"
    buttons = (
        Button(_("Vehicles in stock"), "inventory:stock-list", policies.VIEW, "list"),
        Button(_("Alerts"), "alerts:episode-list", policies.VIEW, "alert-triangle"),
    )

    def context(self) -> dict[str, Any]:
        asked = self.request.GET
        cuts = [(cut.value, label) for cut, label in BoardForm.CUTS.items()]
        by = Cut(asked["by"]) if asked.get("by") in {code for code, _label in cuts} else Cut.MODEL
        on = self._day(asked.get("on", ""))
        form = BoardForm({"on": on, "by": by} | {name: asked.get(name) for name in ("unit", "model", "trim")})
        form.narrow(self.actor)
        form.is_valid()
        unit, model = form.cleaned_data.get("unit"), form.cleaned_data.get("model")
        asked_for = {
            "model": model.code if model is not None else "",
            "trim": form.cleaned_data.get("trim", ""),
        }
        found: Board = board(actor=self.actor, by=by, on=on, unit=unit, **asked_for)
        kept = {"on": on.isoformat(), "unit": unit.code if unit else "", **asked_for}
        kept = {name: value for name, value in kept.items() if value}
        return {
            "form": form,
            "by": by,
            "cuts": [(code, label, urlencode({**kept, "by": code})) for code, label in cuts],
            "board": found,
            "heat": heat(found, by, reverse("inventory:stock-list"), kept),
            "buckets": BUCKETS,
            "day": on,
        }

    def _day(self, text: str) -> date:
        try:
            return parse_date(text) or timezone.localdate()
        except ValueError:
            return timezone.localdate()
