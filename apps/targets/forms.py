from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.targets.models import KINDS
from apps.vehicles import queries as vehicles
from apps.vehicles.models import Series


class TargetForm(forms.Form):
    """What a dealer shall reach in a month."""

    dealer = forms.CharField(label=_("Dealer"), max_length=60, help_text=_("Dealer code"))
    month = forms.DateField(
        label=_("Month"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"placeholder": "2026-07"}, format="%Y-%m"),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    line: forms.ModelChoiceField[Series] = forms.ModelChoiceField(
        label=_("Model line"),
        queryset=None,
        to_field_name="code",
        required=False,
        empty_label=_("All model lines"),
    )
    units = forms.IntegerField(label=_("Units"), min_value=0, max_value=100_000)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        lines: Any = self.fields["line"]
        lines.queryset = vehicles.series(actor=actor).order_by("code")

    def clean_dealer(self) -> Any:
        """The dealer of the code, as far as the actor sees it."""
        found = dealers.by_code(actor=self.actor, code=self.cleaned_data["dealer"])
        if found is None:
            raise forms.ValidationError(_("There is no such dealer."))
        return found

    def as_row(self) -> dict[str, Any]:
        """The target as the service takes it."""
        given = self.cleaned_data
        line = given["line"].code if given["line"] else ""
        taken = {name: given[name] for name in ("month", "kind", "units")}
        return {**taken, "dealer_id": given["dealer"].pk, "line": line}


class SignForm(forms.Form):
    """The targets in front of whoever signs."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_seen(self) -> list[int]:
        """The keys of the targets that were shown."""
        parts = self.cleaned_data["seen"].split(",")
        if not all(part.isdigit() and len(part) < 19 for part in parts):
            raise forms.ValidationError(_("Open the page again before you sign."))
        return [int(part) for part in parts]


class ObjectForm(forms.Form):
    """Other units for a target, and why."""

    units = forms.IntegerField(label=_("Units you propose"), min_value=0, max_value=100_000)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
