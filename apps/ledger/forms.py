from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.ledger.rules import VAT_RATE, AccountKind

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


BANK_ACCOUNT = "bank"
PERCENT = f"{VAT_RATE * 100:.0f}"


class TransferForm(forms.Form):
    """Where an amount of a wallet goes."""

    to = forms.ChoiceField(label=_("To wallet of"))
    amount = forms.DecimalField(
        label=_("Amount (¥)"), min_value=Decimal("0.01"), max_digits=16, decimal_places=2
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, sisters: Sequence[Dealer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = [(str(each.pk), f"{each.code} {each}") for each in sisters]
        where = self.fields["to"]
        assert isinstance(where, forms.ChoiceField)
        where.choices = [*stores, (BANK_ACCOUNT, _("Bank account of the store"))]

    def clean_to(self) -> int | None:
        chosen = self.cleaned_data["to"]
        return None if chosen == BANK_ACCOUNT else int(chosen)


class NoteForm(forms.Form):
    """A red-letter invoice as it was issued."""

    invoice_number = forms.CharField(label=_("Red-letter invoice no."), max_length=40)
    notice_number = forms.CharField(
        label=_("Red-letter notice no."), max_length=40, help_text=_("Number of the red-letter confirmation")
    )
    issued_on = forms.DateField(
        label=_("Invoice date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    amount = forms.DecimalField(
        label=_("Amount with tax (¥)"), min_value=Decimal("0.01"), max_digits=16, decimal_places=2
    )
    tax_percent = forms.DecimalField(
        label=_("Tax rate (%)"), min_value=0, max_value=99, max_digits=6, decimal_places=4
    )
    tax = forms.DecimalField(
        label=_("Tax (¥)"),
        min_value=0,
        max_digits=16,
        decimal_places=2,
        required=False,
        help_text=_("Empty: worked out from amount and rate"),
    )
    order_number = forms.CharField(label=_("Offset order no."), max_length=60, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
