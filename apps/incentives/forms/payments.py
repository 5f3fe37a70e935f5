from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.incentives.models.payments import FORMS


class BatchForm(forms.Form):
    """What is gathered into a batch of payments."""

    form = forms.ChoiceField(label=_("Paid by"), choices=FORMS, widget=forms.RadioSelect)
    minimum_amount = forms.DecimalField(
        label=_("Minimum payout (¥)"),
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text=_("A dealer whose sum is below it is carried forward to the next batch."),
    )
