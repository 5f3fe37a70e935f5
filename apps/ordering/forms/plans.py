from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.ordering import queries
from apps.ordering.models import OrderLine
from apps.ordering.rules.windows import Window
from apps.vehicles import queries as vehicles
from apps.vehicles.models import Trim


class NewPlanForm(forms.Form):
    """For which dealer and which ten days; filled in where there is only one dealer."""

    dealer = forms.CharField(label=_("Dealer"), max_length=200, help_text=_("Dealer code or name"))
    starts_on = forms.TypedChoiceField(label=_("Days covered"), coerce=date.fromisoformat)

    def __init__(self, *args: Any, actor: Actor, windows: Sequence[Window], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        own = list(dealers.dealers(actor=actor)[:2]) if actor.is_dealer else []
        if len(own) == 1:
            self.fields["dealer"].initial = own[0].code
        choices = [(each.code, f"{each.starts_on:%Y-%m-%d} – {each.ends_on:%m-%d}") for each in windows]
        self.fields["starts_on"].choices = choices  # type: ignore[attr-defined]

    def clean_dealer(self) -> Any:
        text = self.cleaned_data["dealer"]
        found = dealers.by_spelling(actor=self.actor, text=text)
        if found is None:
            raise forms.ValidationError(_("This dealer does not exist."))
        return found


class LineForm(forms.Form):
    """One more line of a plan."""

    model = forms.CharField(label=_("Model"), max_length=200, help_text=_("Model code or name"))
    trim = forms.CharField(label=_("Trim"), max_length=100, required=False, help_text=_("Trim code or name"))
    colour = forms.CharField(label=_("Colour"), max_length=60, required=False)
    quantity = forms.IntegerField(label=_("Units"), min_value=1, max_value=10_000)
    price_amount = forms.DecimalField(
        label=_("Price per unit"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
        help_text=_("Empty: the list price of the trim."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_model(self) -> int:
        text = self.cleaned_data["model"]
        found = vehicles.models_by_spelling([text], actor=self.actor).get(text)
        if found is None:
            raise forms.ValidationError(_("This model does not exist."))
        return int(found)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text, model = cleaned.get("trim", ""), cleaned.get("model")
        trim = queries.trim_of(model_id=model, text=text) if model and text else None
        if text and model and trim is None:
            self.add_error("trim", _("This model has no such trim."))
        if cleaned.get("price_amount") is None:
            cleaned["price_amount"] = _list_price(trim)
        if model and not cleaned["price_amount"]:
            self.add_error("price_amount", _("No list price is known; give the price."))
        return cleaned | {"trim_id": trim.pk if trim else None}


def _list_price(trim: Trim | None) -> Any:
    return trim.list_amount if trim else None


class QuantitiesForm(forms.Form):
    """Units and reasons of all lines of a plan."""

    def __init__(self, *args: Any, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            units = forms.IntegerField(min_value=0, max_value=10_000, initial=line.quantity, label=_("Units"))
            units.widget.attrs |= {"inputmode": "numeric", "class": "form-control order-units"}
            self.fields[f"units_{line.pk}"] = units
            self.fields[f"reason_{line.pk}"] = forms.CharField(
                max_length=300, required=False, initial=line.reason, label=_("Reason")
            )
            self.fields[f"seen_{line.pk}"] = forms.IntegerField(
                required=False, initial=line.quantity, widget=forms.HiddenInput
            )

    def rows(self) -> list[dict[str, Any]]:
        """The lines with their two fields."""
        return [
            {"line": line} | {name: self[f"{name}_{line.pk}"] for name in ("units", "reason", "seen")}
            for line in self.lines
        ]

    def seen(self) -> dict[int, int]:
        """The units that stood there when the page was opened, by line."""
        told = {line.pk: self.cleaned_data[f"seen_{line.pk}"] for line in self.lines}
        return {key: units for key, units in told.items() if units is not None}

    def quantities(self) -> dict[int, tuple[int, str]]:
        """What was entered, by line."""
        given = self.cleaned_data
        return {line.pk: (given[f"units_{line.pk}"], given[f"reason_{line.pk}"]) for line in self.lines}
