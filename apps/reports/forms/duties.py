from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.kernel.recurrence import RecurrenceError, parse
from apps.reports.models.duties import SHIFTS


class DoForm(forms.Form):
    """What was done."""

    note = forms.CharField(
        label=_("What was accomplished"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500
    )


class WaiveForm(forms.Form):
    """Why a duty is waived."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
        help_text=_("For example: the store is closed for renovation until the 20th."),
    )


class HappenForm(forms.Form):
    """What happened, and where."""

    trigger = forms.ChoiceField(label=_("What happened"))
    dealer = forms.CharField(label=_("Dealer code"), max_length=60)
    note = forms.CharField(label=_("Description"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500)

    def __init__(self, *args: Any, triggers: list[str], actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        field = self.fields["trigger"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each, each) for each in triggers]

    def clean_dealer(self) -> Any:
        """The dealer of the code, as far as the actor sees it."""
        found = dealers.by_code(actor=self.actor, code=self.cleaned_data["dealer"])
        if found is None:
            raise forms.ValidationError(_("There is no such dealer."))
        return found


class TryForm(forms.Form):
    """A rule to be looked at before anybody owes it."""

    rule = forms.CharField(
        label=_("Rule"),
        max_length=200,
        help_text=_("For example: 每月18日, 遇假日提前 · 逢2前 · 月末-2工作日 · MONTHLY(1,lag=10)"),
    )
    shift = forms.ChoiceField(label=_("On a day off"), choices=SHIFTS, required=False)
    since = forms.DateField(label=_("Starting on"), required=False)

    def clean_rule(self) -> Any:
        """The rule as it is computed."""
        try:
            return parse(self.cleaned_data["rule"])
        except RecurrenceError as error:
            raise forms.ValidationError(
                _("“%s” cannot be read as a rule. Write it as the examples below show.")
                % self.cleaned_data["rule"]
            ) from error
