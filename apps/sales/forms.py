from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.kit.widgets import ScannedInput
from apps.dealers import queries as dealers
from apps.sales.models import CHANNELS, CUSTOMER_TYPES, EVIDENCE_KINDS, RetailDelivery
from apps.sales.rules import LEAST, PLACES, WHOLE, even_shares
from apps.sales.services import evidence
from apps.vehicles import queries as vehicles
from apps.vehicles import rules
from apps.vehicles.facts import LONGEST_VIN

_OPEN = [("", "—")]


def _day(required: bool, label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class DeliveryForm(forms.Form):
    """One car handed over; dealer and model are found by what people write."""

    dealer = forms.CharField(label=_("Dealer"), max_length=200, help_text=_("Dealer code or name"))
    occurred_on = _day(True, _("Delivery date"))
    vin = forms.CharField(label="VIN", max_length=LONGEST_VIN, required=False, widget=ScannedInput)
    model = forms.CharField(
        label=_("Model"), max_length=200, required=False, help_text=_("Model code or name")
    )
    trim_text = forms.CharField(label=_("Trim"), max_length=200, required=False)
    colour = forms.CharField(label=_("Colour"), max_length=60, required=False)
    price_amount = forms.DecimalField(
        label=_("Transaction price"), min_value=0, max_digits=18, decimal_places=2, required=False
    )
    list_amount = forms.DecimalField(
        label=_("List price"), min_value=0, max_digits=18, decimal_places=2, required=False
    )
    invoiced_on = _day(False, _("Invoice date"))
    plated_on = _day(False, _("Plate date"))
    channel = forms.ChoiceField(label=_("Channel"), choices=[*_OPEN, *CHANNELS], required=False)
    customer_type = forms.ChoiceField(
        label=_("Customer type"), choices=[*_OPEN, *CUSTOMER_TYPES], required=False
    )
    region_text = forms.CharField(label=_("Sales region"), max_length=100, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        own = list(dealers.dealers(actor=actor)[:2]) if actor.is_dealer else []
        if len(own) == 1:
            self.fields["dealer"].initial = own[0].code

    def clean_dealer(self) -> str:
        text = self.cleaned_data["dealer"]
        found = dealers.resolve([text], self.actor)
        if text not in found:
            raise forms.ValidationError(_("This dealer does not exist."))
        self.dealer_id = found[text]
        return str(text)

    def clean_vin(self) -> str:
        return rules.normalise(self.cleaned_data["vin"])

    def as_row(self) -> dict[str, Any]:
        """The delivery as the service takes it."""
        model = self.cleaned_data["model"]
        found = vehicles.models_by_spelling([model], actor=self.actor) if model else {}
        return self.cleaned_data | {"dealer_id": self.dealer_id, "model_id": found.get(model)}


def initial_of(row: RetailDelivery) -> dict[str, Any]:
    """The values of a delivery for the form that corrects it."""
    shown = {name: getattr(row, name) for name in DeliveryForm.base_fields if hasattr(row, name)}
    return shown | {"dealer": row.dealer.code, "model": row.model_text}


class ReturnForm(forms.Form):
    """The day a car came back, and why."""

    returned_on = _day(True, _("Returned on"))
    note = forms.CharField(label=_("Reason"), max_length=300)

    def clean_returned_on(self) -> date:
        day: date = self.cleaned_data["returned_on"]
        return day


class EvidenceForm(forms.Form):
    """One document about a sold car, with its file."""

    dealer_id: int

    dealer = forms.CharField(label=_("Dealer"), max_length=200, help_text=_("Dealer code or name"))
    vin = forms.CharField(label="VIN", max_length=LONGEST_VIN, widget=ScannedInput)
    kind = forms.ChoiceField(label=_("Kind of document"), choices=EVIDENCE_KINDS)
    number = forms.CharField(label=_("Document number"), max_length=80, required=False)
    issued_on = _day(True, _("Issued on"))
    file = forms.FileField(label=_("File"), required=False, help_text=_("PDF or photo"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        own = list(dealers.dealers(actor=actor)[:2]) if actor.is_dealer else []
        if len(own) == 1:
            self.fields["dealer"].initial = own[0].code

    def clean_dealer(self) -> str:
        text = self.cleaned_data["dealer"]
        found = dealers.resolve([text], self.actor)
        if text not in found:
            raise forms.ValidationError(_("This dealer does not exist."))
        self.dealer_id = found[text]
        return str(text)

    def clean_vin(self) -> str:
        return rules.normalise(self.cleaned_data["vin"])

    def as_row(self) -> dict[str, Any]:
        """The document as the service takes it."""
        return {key: value for key, value in self.cleaned_data.items() if key != "file"} | {
            "dealer_id": self.dealer_id
        }

    def paper(self) -> evidence.Paper | None:
        """The file as it was sent, if there is one."""
        sent = self.cleaned_data.get("file")
        return evidence.Paper(sent.name, sent.read()) if sent else None


class WithdrawForm(forms.Form):
    """Why a document does not hold."""

    note = forms.CharField(label=_("Reason"), max_length=300)


_READ_BY_STORES = _("Each of the stores reads it among its changes; name no other store.")


class UnsplitForm(forms.Form):
    """Why a car counts in full at each store again."""

    note = forms.CharField(label=_("Reason"), max_length=300, help_text=_READ_BY_STORES)


class SplitForm(forms.Form):
    """The share in percent of each store that reported a car."""

    note = forms.CharField(label=_("Reason"), max_length=300, required=False, help_text=_READ_BY_STORES)

    def __init__(self, *args: Any, held: Sequence[RetailDelivery], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        shared = any(row.credit < WHOLE for row in held)
        shares = [row.credit for row in held] if shared else even_shares(len(held))
        for row, share in zip(held, shares, strict=True):
            self.fields[_name(row)] = forms.DecimalField(
                label=_("%(dealer)s (%%)") % {"dealer": f"{row.dealer.code} {row.dealer}"},
                help_text=_("Delivered on %(day)s") % {"day": row.occurred_on.isoformat()},
                min_value=LEAST * 100,
                max_value=100,
                decimal_places=PLACES - 2,
                initial=f"{(share * 100).normalize():f}",
            )
        self.order_fields([*(_name(row) for row in held), "note"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        total = sum((cleaned.get(_name(row), Decimal(0)) for row in self.held), Decimal(0))
        if not self.errors and total != 100:
            told = {"sum": f"{total.normalize():f}%"}
            raise forms.ValidationError(
                _("The shares add up to %(sum)s; they must add up to 100%%."), params=told
            )
        return cleaned

    def rows(self) -> list[dict[str, Any]]:
        """The shares as the service takes them."""
        return [
            {
                "vin": row.vin,
                "dealer_id": row.dealer_id,
                "dealer": row.dealer.code,
                "credit": self.cleaned_data[_name(row)] / 100,
                "note": self.cleaned_data["note"],
            }
            for row in self.held
        ]


def _name(row: RetailDelivery) -> str:
    return f"share_{row.pk}"
