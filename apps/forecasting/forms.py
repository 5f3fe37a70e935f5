from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.kernel.period import Month


class ComputeForm(forms.Form):
    """After which month forecasts are made."""

    month = forms.ChoiceField(
        label=_("Made after"),
        help_text=_("The last month whose deliveries count."),
    )

    def __init__(self, *args: Any, months: Sequence[Month], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked: Any = self.fields["month"]
        asked.choices = [(str(month), str(month)) for month in months]
