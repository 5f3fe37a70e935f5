from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AcknowledgeForm(forms.Form):
    """What will be done about an alert."""

    plan = forms.CharField(
        label=_("What will be done"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: transfer 30 cars, promotion for cars older than 90 days."),
        max_length=1000,
    )
