from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.inventory.queries.board import Cut, trims
from apps.vehicles import queries as vehicles


class BoardForm(forms.Form):
    """What the stock board is asked for."""

    CUTS = {
        Cut.MODEL: _("By model"),
        Cut.TRIM: _("By trim"),
        Cut.REGION: _("By region"),
        Cut.COLOUR: _("By colour"),
        Cut.DEALER: _("By dealer"),
    }

    by = forms.ChoiceField(choices=list(CUTS.items()), widget=forms.HiddenInput, required=False)
    on = forms.DateField(
        label=_("In stock on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    unit = forms.ModelChoiceField(
        None,
        label=_("Unit"),
        required=False,
        to_field_name="code",
        empty_label=_("All units"),
    )
    model = forms.ModelChoiceField(
        None,
        label=_("Model"),
        required=False,
        to_field_name="code",
        empty_label=_("All models"),
    )
    trim = forms.ChoiceField(label=_("Trim"), required=False)

    def narrow(self, actor: Actor) -> None:
        """Offer the units and models the actor reaches; who has no unit is not asked for one."""
        units = dealers.units(actor=actor).filter(valid_to__isnull=True).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        if actor.is_dealer:
            del self.fields["unit"]
        self.fields["model"].queryset = vehicles.models(actor=actor).order_by("name")  # type: ignore[attr-defined]
        known = [(trim, trim) for trim in trims(actor=actor)]
        self.fields["trim"].choices = [("", _("All trims")), *known]  # type: ignore[attr-defined]
