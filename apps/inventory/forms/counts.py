from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.inventory.forms.stock import DealerForm
from apps.inventory.models import COUNT_KINDS
from apps.vehicles.facts import LONGEST_VIN


class BeginForm(DealerForm):
    """Which dealer's stock is counted, and why."""

    kind = forms.ChoiceField(label=_("Kind of count"), choices=COUNT_KINDS)


class ScanForm(forms.Form):
    """A vehicle that was found."""

    code = forms.CharField(label="VIN", max_length=LONGEST_VIN)
    place = forms.CharField(label=_("Where it stands"), max_length=100, required=False)
    lacks_certificate = forms.BooleanField(label=_("Certificate missing"), required=False)
