from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.kit.widgets import ScannedInput
from apps.inventory.forms.stock import day
from apps.inventory.models import INSPECTIONS
from apps.vehicles.facts import LONGEST_VIN


class ReceiveForm(forms.Form):
    """What the inspection of a car on arrival found."""

    inspection = forms.ChoiceField(label=_("Inspection"), choices=INSPECTIONS)
    arrived_on = day(True, _("Arrived on"))
    vin = forms.CharField(
        label="VIN",
        max_length=LONGEST_VIN,
        required=False,
        help_text=_("Scan or type the VIN on the car; it is compared with the one announced."),
        widget=ScannedInput,
    )
    note = forms.CharField(
        label=_("What was found"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for an exception; it is answered within two days."),
    )


class AnswerExceptionForm(forms.Form):
    """What is done about an exception on arrival."""

    note = forms.CharField(label=_("Answer"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    cancel = forms.BooleanField(
        label=_("End this shipment"),
        required=False,
        help_text=_("The vehicle will not come under this number any more."),
    )


class CancelForm(forms.Form):
    """Why a shipment will not come."""

    note = forms.CharField(label=_("Reason"), max_length=300)


class ReserveForm(forms.Form):
    """The customer order a car is kept for."""

    order_no = forms.CharField(label=_("Order number"), max_length=60)
    until = day(False, _("Kept until"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class ReleaseForm(forms.Form):
    """Why a kept car is free again."""

    note = forms.CharField(label=_("Reason"), max_length=300)
