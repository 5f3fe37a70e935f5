from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.inventory.forms.stock import day
from apps.vehicles import queries as vehicles
from apps.vehicles.models import CarModel


class LotForm(forms.Form):
    """A form about a proposed vehicle that may be about all vehicles proposed together."""

    def __init__(self, *args: Any, others: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            label = _("Also for the %(count)s other vehicles proposed with it") % {"count": others}
            self.fields["whole_lot"] = forms.BooleanField(label=label, required=False, initial=True)


class AcceptForm(LotForm):
    """The day the vehicle came, and whether it came whole."""

    moved_on = day(True, _("Received on"))
    damage_note = forms.CharField(label=_("Damage on arrival"), max_length=300, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class ShipForm(LotForm):
    """Who carries the vehicle, since when, and when it is expected."""

    carrier = forms.CharField(label=_("Carrier"), max_length=100)
    shipped_on = day(True, _("Shipped on"))
    eta_on = day(False, _("Expected on"))


class ConsentForm(LotForm):
    """Yes to an offer or a suggestion, with a word if wanted."""

    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class AnswerForm(LotForm):
    """Why an offer is declined or withdrawn."""

    note = forms.CharField(label=_("Reason"), max_length=300)


class SuggestForm(forms.Form):
    """How many cars of a model would go from one dealer to another."""

    giver = forms.CharField(label=_("From dealer"), max_length=200, help_text=_("Dealer code or name"))
    taker = forms.CharField(label=_("To dealer"), max_length=200, help_text=_("Dealer code or name"))
    model = forms.CharField(label=_("Model"), max_length=200, help_text=_("Model code or name"))
    units = forms.IntegerField(
        label=_("Vehicles"),
        min_value=1,
        max_value=200,
        help_text=_("The oldest ones that are neither kept for an order nor offered are chosen."),
    )
    note = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_giver(self) -> Dealer:
        return self._dealer("giver")

    def clean_taker(self) -> Dealer:
        return self._dealer("taker")

    def clean_model(self) -> CarModel:
        text = self.cleaned_data["model"]
        found = vehicles.models_by_spelling([text], actor=self.actor)
        if text not in found:
            raise forms.ValidationError(_("Nothing is known under this spelling."))
        return vehicles.models(actor=self.actor).get(pk=found[text])

    def _dealer(self, name: str) -> Dealer:
        found = dealers.by_spelling(actor=self.actor, text=self.cleaned_data[name])
        if found is None:
            raise forms.ValidationError(_("This dealer does not exist."))
        return found
