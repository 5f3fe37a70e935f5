from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.kit.filters import MonthField
from apps.core.kit.widgets import ScannedInput
from apps.dealers import queries as dealers
from apps.inventory.rules import MovementKind
from apps.vehicles import queries as vehicles
from apps.vehicles import rules
from apps.vehicles.facts import LONGEST_VIN

ARRIVALS = [
    (MovementKind.RECEIPT, _("Receipt")),
    (MovementKind.OPENING, _("Opening stock")),
    (MovementKind.ADJUSTMENT, _("Adjustment")),
]
DEPARTURES = [
    (MovementKind.RETAIL, _("Retail")),
    (MovementKind.WHOLESALE_OUT, _("Wholesale out")),
]


def day(required: bool, label: Any) -> forms.DateField:
    """A field for a day."""
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class DealerForm(forms.Form):
    """A form about one dealer of the actor, found by code or name; filled in where there is only one."""

    dealer = forms.CharField(label=_("Dealer"), max_length=200, help_text=_("Dealer code or name"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        own = list(dealers.dealers(actor=actor)[:2]) if actor.is_dealer else []
        if len(own) == 1:
            self.fields["dealer"].initial = own[0].code

    def clean_dealer(self) -> int:
        text = self.cleaned_data["dealer"]
        found = dealers.resolve([text], self.actor)
        if text not in found:
            raise forms.ValidationError(_("This dealer does not exist."))
        return found[text]


class ArrivalForm(DealerForm):
    """One vehicle that came."""

    received_on = day(True, _("Received on"))
    kind = forms.ChoiceField(label=_("Kind of arrival"), choices=ARRIVALS)
    vin = forms.CharField(label="VIN", max_length=LONGEST_VIN, required=False, widget=ScannedInput)
    model = forms.CharField(
        label=_("Model"), max_length=200, required=False, help_text=_("Model code or name")
    )
    trim_text = forms.CharField(label=_("Trim"), max_length=200, required=False)
    colour = forms.CharField(label=_("Colour"), max_length=60, required=False)
    produced_on = day(False, _("Produced on"))
    cost_amount = forms.DecimalField(
        label=_("Cost"), min_value=0, max_digits=18, decimal_places=2, required=False
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def clean_vin(self) -> str:
        return rules.normalise(self.cleaned_data["vin"])

    def as_row(self) -> dict[str, Any]:
        """The arrival as the service takes it."""
        model = self.cleaned_data["model"]
        found = vehicles.models_by_spelling([model], actor=self.actor) if model else {}
        return self.cleaned_data | {"dealer_id": self.cleaned_data["dealer"], "model_id": found.get(model)}


class DepartureForm(forms.Form):
    """The day a vehicle left, and why."""

    left_on = day(True, _("Left on"))
    kind = forms.ChoiceField(label=_("Kind of departure"), choices=DEPARTURES)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class AdjustForm(forms.Form):
    """The day a vehicle was found missing, and what is known about it."""

    left_on = day(True, _("Missing since"))
    note = forms.CharField(label=_("Reason"), max_length=300)


class TransferForm(DealerForm):
    """Where a vehicle goes."""

    moved_on = day(True, _("Date"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dealer"].label = _("To dealer")
        self.fields["dealer"].initial = None


class ProposeForm(forms.Form):
    """The dealer a vehicle is offered to, by its code: it need not be one of the actor's."""

    partner = forms.CharField(label=_("To dealer"), max_length=60, help_text=_("Dealer code"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class UndoForm(forms.Form):
    """Why a movement is taken back."""

    note = forms.CharField(label=_("Reason"), max_length=300)


def _line(label: Any, lowest: int | None = 0, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=lowest, max_value=100_000, required=False, help_text=help_text
    )


class DeclarationForm(DealerForm):
    """A dealer's own count of a month; lines left open count as the book has them."""

    month = MonthField(label=_("Month"))
    end = forms.IntegerField(label=_("Month-end stock"), min_value=0, max_value=100_000)
    start = _line(_("Opening stock of the month"), help_text=_("A line left open counts as the book has it."))
    receipts = _line(_("Receipts"))
    retail = _line(_("Retail"))
    transfers_out = _line(_("Transfers out"))
    transfers_in = _line(_("Transfers in"))
    adjustments = _line(_("Adjustments"), lowest=-100_000)
