from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why a closed month is opened again."""

    reason = forms.CharField(
        label=_("Why is the month opened again?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The frozen figures stay readable; the next close makes a new revision."),
    )
