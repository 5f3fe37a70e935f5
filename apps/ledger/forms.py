from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.ledger.rules import AccountKind

INTO = [
    (AccountKind.DEPOSIT.value, _("Deposit")),
    (AccountKind.CREDIT_LINE.value, _("Credit line")),
]


class DealerForm(forms.Form):
    """Whose something is."""

    dealer = forms.CharField(label=_("Dealer"), max_length=200, help_text=_("Dealer code or name"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_dealer(self) -> int:
        text = self.cleaned_data["dealer"]
        found = dealers.resolve([text], self.actor)
        if text not in found:
            raise forms.ValidationError(_("This dealer does not exist."))
        return found[text]


class PaymentForm(DealerForm):
    """A payment of a dealer as the bank tells it."""

    amount = forms.DecimalField(label=_("Amount (¥)"), min_value=0, max_digits=16, decimal_places=2)
    paid_on = forms.DateField(
        label=_("Paid in on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reference = forms.CharField(
        label=_("Number of the bank"), max_length=150, help_text=_("The same number counts once.")
    )
    into = forms.ChoiceField(label=_("Into account"), choices=INTO)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class LimitForm(forms.Form):
    """The credit a dealer has."""

    limit_amount = forms.DecimalField(
        label=_("Credit limit (¥)"), min_value=0, max_digits=16, decimal_places=2
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
