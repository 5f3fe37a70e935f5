from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access import Actor
from apps.dealers import queries
from apps.dealers.fields import DateField, DealerField, PlaceField, UnitField
from apps.dealers.models import (
    CAPABILITIES,
    CHANNEL_PATTERNS,
    CITY_TIERS,
    CONTACT_ROLES,
    PARTNER_TYPES,
    STORE_TYPES,
    UNIT_KINDS,
    DealerContact,
)
from apps.dealers.rules import DealerStatus

STARTING = [
    (DealerStatus.ACTIVE, pgettext_lazy("dealer", "Active")),
    (DealerStatus.PREPARING, _("In preparation")),
]
AS_THE_CITY = [("", _("As its city"))]


class SeenForm(forms.Form):
    """A form about a dealer that remembers which version was looked at."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor


class DetailsForm(SeenForm):
    """What can be said about a dealer without moving or renumbering it."""

    name = forms.CharField(label=_("Dealer name"), max_length=200)
    short_name = forms.CharField(label=_("Short name"), max_length=60, required=False)
    store_type = forms.ChoiceField(label=_("Store type"), choices=STORE_TYPES)
    channel_pattern = forms.ChoiceField(label=_("Channel pattern"), choices=CHANNEL_PATTERNS)
    partner_type = forms.ChoiceField(label=_("Partner type"), choices=PARTNER_TYPES)
    city_tier = forms.ChoiceField(label=_("City tier"), choices=[*AS_THE_CITY, *CITY_TIERS], required=False)
    capabilities = forms.MultipleChoiceField(
        label=_("Functions"), choices=CAPABILITIES, widget=forms.CheckboxSelectMultiple, required=False
    )
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    opened_on = DateField(label=_("Opened on"), required=False)
    contract_from = DateField(label=_("Contract from"), required=False)
    contract_to = DateField(label=_("Contract to"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        groups = queries.groups(actor=actor).order_by("name")
        self.fields["group"] = forms.ModelChoiceField(
            label=_("Dealer group"), queryset=groups, required=False
        )
        self.order_fields(["name", "short_name", "group"])


class DealerForm(DetailsForm):
    """A new dealer."""

    field_order = ["code", "name", "short_name", "status", "unit", "place", "address", "valid_from", "group"]

    code = forms.CharField(label=_("Dealer code"), max_length=60)
    status = forms.ChoiceField(label=_("Status"), choices=STARTING)
    valid_from = DateField(
        label=_("In the organisation since"), help_text=_("Facts before this day count in no unit.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        del self.fields["seen"]
        self.fields["unit"] = UnitField(actor=actor, label=_("Organisation unit"))
        self.fields["place"] = PlaceField(actor=actor, required=False)
        self.order_fields(self.field_order)


class CodeForm(SeenForm):
    """Another code for a dealer."""

    code = forms.CharField(label=_("New code"), max_length=60)
    valid_from = DateField(label=_("Valid from"))


class MoveForm(SeenForm):
    """Another unit for a dealer."""

    valid_from = DateField(label=_("Valid from"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["unit"] = UnitField(actor=actor, label=_("Organisation unit"))
        self.order_fields(["unit", "valid_from"])


class RelocateForm(SeenForm):
    """Another city for a dealer, and another unit if need be."""

    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    valid_from = DateField(label=_("Valid from"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["place"] = PlaceField(actor=actor)
        self.fields["unit"] = UnitField(
            actor=actor, label=_("Organisation unit"), required=False, empty_label=_("Stays as it is")
        )
        self.order_fields(["place", "address", "unit", "valid_from"])


class StatusForm(SeenForm):
    """Open, suspend or resume a dealer."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            (DealerStatus.ACTIVE, pgettext_lazy("dealer", "Active")),
            (DealerStatus.SUSPENDED, _("Suspended")),
        ],
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class CloseForm(SeenForm):
    """The end of a dealer's business."""

    on = DateField(label=_("Closed from"), help_text=_("The first day without business."))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReopenForm(SeenForm):
    """A closed dealer works again."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class MergeForm(SeenForm):
    """A dealer goes into another one."""

    on = DateField(label=_("Merged from"), help_text=_("Facts before this day stay with the closed dealer."))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["survivor"] = DealerField(
            actor=actor, label=_("Into which dealer?"), help_text=_("Its code or name.")
        )
        self.order_fields(["survivor", "on"])


class OutletForm(forms.Form):
    """A place of business."""

    code = forms.CharField(label=_("Outlet code"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=200)
    store_type = forms.ChoiceField(label=_("Store type"), choices=STORE_TYPES)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    opened_on = DateField(label=_("Opened on"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"] = PlaceField(actor=actor, required=False)
        self.order_fields(["code", "name", "store_type", "place", "address"])

    def details(self) -> dict[str, Any]:
        """The cleaned data as the service takes it."""
        values = dict(self.cleaned_data)
        place = values.pop("place")
        return values | {"city": place[0] if place else None}


class OutletChangeForm(OutletForm):
    """A place of business whose code stays."""

    code = None  # type: ignore[assignment]


class ContactForm(forms.Form):
    """A person to call."""

    role = forms.ChoiceField(label=_("Role"), choices=CONTACT_ROLES)
    name = forms.CharField(label=_("Full name"), max_length=60)
    mobile = forms.CharField(
        label=_("Mobile"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=120,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class ContactChangeForm(ContactForm):
    """Other data of a person; the present ones are not shown."""

    def __init__(self, *args: Any, contact: DealerContact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "mobile", "email"):
            self.fields[name].required = False
            held = getattr(contact, name)
            if held:
                self.fields[name].help_text = _("Now %(mask)s; empty leaves it so.") % {"mask": held}


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Reason"), min_length=4, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class DayForm(forms.Form):
    """The first day without something."""

    on = DateField(label=_("Closed from"))


class UnitForm(forms.Form):
    """A new unit."""

    code = forms.CharField(label=_("Unit code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Level"), choices=UNIT_KINDS[1:])
    valid_from = DateField(label=_("Valid from"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = UnitField(actor=actor, label=_("Unit above"))
        self.fields["division"] = _province_field(actor)
        self.order_fields(["code", "name", "kind", "parent", "division", "valid_from"])


class UnitChangeForm(forms.Form):
    """Another name for a unit."""

    name = forms.CharField(label=_("Name"), max_length=100)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"] = _province_field(actor)


class UnitMoveForm(forms.Form):
    """Another unit above."""

    valid_from = DateField(label=_("Valid from"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = UnitField(actor=actor, label=_("Unit above"))
        self.order_fields(["parent", "valid_from"])


class TreeDayForm(forms.Form):
    """The day on which the tree is shown."""

    on = DateField(label=_("As it stood on"), required=False)


def _province_field(actor: Actor) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("Stands for the province"),
        queryset=queries.divisions(actor=actor, level=1).order_by("code"),
        required=False,
    )
