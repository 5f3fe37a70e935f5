from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.alerts.models import ACTION_KINDS, OUTCOMES


class AcknowledgeForm(forms.Form):
    """What will be done about an alert."""

    plan = forms.CharField(
        label=_("What will be done"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: transfer 30 cars, promotion for cars older than 90 days."),
        max_length=1000,
    )


class PlanForm(forms.Form):
    """One measure against what an alert tells."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ACTION_KINDS)
    units = forms.IntegerField(label=_("Cars"), min_value=1, max_value=100_000, required=False)
    text = forms.CharField(
        label=_("What will be done"),
        max_length=300,
        help_text=_("For example: transfer to D002, promotion for cars older than 90 days."),
    )
    due_on = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class SettleForm(forms.Form):
    """What came of an alert that somebody closes."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES)
    note = forms.CharField(label=_("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
