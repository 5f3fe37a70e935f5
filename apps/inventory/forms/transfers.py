from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.inventory.forms.stock import day
from apps.inventory.models import TransferProposal
from apps.vehicles import queries as vehicles
from apps.vehicles.models import CarModel

MANY = 2
"""From so many vehicles on a lot is checked vehicle by vehicle."""


class LotForm(forms.Form):
    """A form about a proposed vehicle that may be about all vehicles proposed together."""

    def __init__(self, *args: Any, others: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            label = _("Also for the %(count)s other vehicles proposed with it") % {"count": others}
            self.fields["whole_lot"] = forms.BooleanField(label=label, required=False, initial=True)


class AcceptForm(forms.Form):
    """The day vehicles came, which of those sent together, and whether they came whole."""

    moved_on = day(True, _("Received on"))
    damage_note = forms.CharField(label=_("Damage on arrival"), max_length=300, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, lot: Sequence[TransferProposal] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(lot) < MANY:
            return
        cars = [(str(row.pk), f"{row.vehicle_text} {row.colour}".strip()) for row in lot]
        self.fields["arrived"] = forms.MultipleChoiceField(
            label=_("Arrived of %(count)s sent") % {"count": len(lot)},
            choices=cars,
            initial=[pk for pk, _text in cars],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Vehicles that are not ticked stay on their way."),
        )
        self.fields["damaged"] = forms.MultipleChoiceField(
            label=_("Damaged of these"), choices=cars, widget=forms.CheckboxSelectMultiple, required=False
        )
        self.order_fields(["moved_on", "arrived", "damaged", "damage_note", "note"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "arrived" not in self.fields:
            return given
        chosen = {name: {int(pk) for pk in given.get(name, ())} for name in ("arrived", "damaged")}
        if chosen["damaged"] - chosen["arrived"]:
            self.add_error("damaged", _("Only vehicles that arrived can be damaged on arrival."))
        return given | chosen | {"whole_lot": True}


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
