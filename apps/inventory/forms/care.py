from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.inventory import policies, queries
from apps.inventory.forms.stock import DealerForm, day
from apps.inventory.models import ACTION_KINDS, CERTIFICATES, MARK_KINDS, StockUnit
from apps.inventory.rules import AGED_DAYS, MarkKind
from apps.vehicles import rules

_LONGEST_LIST = 8_000


class MarkForm(forms.Form):
    """What is true of a vehicle in stock from a day on."""

    kind = forms.ChoiceField(label=_("Kind of mark"), choices=())
    certificate = forms.ChoiceField(
        label=_("Certificate"), choices=[("", "–"), *CERTIFICATES], required=False
    )
    location = forms.CharField(label=_("Location"), max_length=100, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
    valid_from = day(True, _("Valid from"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {MarkKind.STOP_SALE: policies.HOLD}
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind, label) for kind, label in MARK_KINDS if actor.may(held.get(kind, policies.RECORD))
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        needed = {MarkKind.CERTIFICATE: "certificate", MarkKind.LOCATION: "location"}.get(
            given.get("kind", "")
        )
        if needed and not given.get(needed):
            self.add_error(needed, _("This field is required."))
        given["value"] = given.get(needed, "") if needed else ""
        return given


class AgreementForm(DealerForm):
    """A buy-back agreement with its terms."""

    number = forms.CharField(label=_("Agreement number"), max_length=60)
    terms = forms.CharField(label=_("Terms"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    minimum_age_days = forms.IntegerField(
        label=_("From this age (days)"), min_value=0, max_value=3650, initial=180
    )
    price_rate = forms.DecimalField(
        label=_("Price (share of cost)"),
        min_value=0,
        max_value=2,
        decimal_places=4,
        max_digits=8,
        help_text=_("0.95 is 95 % of what the vehicle cost."),
    )
    limit_units = forms.IntegerField(label=_("At most (vehicles)"), min_value=1, required=False)
    starts_on = day(True, _("Valid from"))
    ends_on = day(True, _("Until"))


class BuyBackForm(forms.Form):
    """Under which agreement, and when, a vehicle is bought back."""

    agreement = forms.ModelChoiceField(label=_("Agreement"), queryset=None, empty_label=None)
    bought_on = day(True, _("Bought back on"))

    def __init__(self, *args: Any, actor: Actor, unit: StockUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = queries.agreements(actor=actor).filter(dealer=unit.dealer_id, is_cancelled=False)
        self.fields["agreement"].queryset = rows  # type: ignore[attr-defined]


class AgedActionForm(DealerForm):
    """What is done about a dealer's vehicles that stand too long."""

    minimum_age_days = forms.IntegerField(
        label=_("Vehicles older than (days)"), min_value=0, max_value=3650, initial=AGED_DAYS
    )
    vins = forms.CharField(
        label=_("Only these VINs"),
        required=False,
        max_length=_LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Leave it empty for all vehicles of this age; the last six characters are enough."),
    )
    kind = forms.ChoiceField(label=_("Kind of action"), choices=ACTION_KINDS)
    plan = forms.CharField(label=_("Plan"), max_length=300)
    due_on = day(True, _("To be gone by"))

    def clean_vins(self) -> list[str]:
        words = self.cleaned_data["vins"].replace(",", " ").replace("，", " ").split()
        return [rules.normalise(word) for word in words]
