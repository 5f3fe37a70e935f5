from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import role_names
from apps.core.access import Actor
from apps.core.roles import DEALER, DEALER_STAFF, FIELD, FIELD_STAFF
from apps.engagement import events, queries
from apps.engagement.models import EarnRule, Gift
from apps.engagement.models.contests import SUBJECTS
from apps.engagement.models.requests import REQUEST_KINDS
from apps.engagement.rules import RequestKind, Subject, read_prizes
from apps.engagement.services import Given, Offer, Plan, Proposed, Wanted
from apps.kernel.period import Month
from apps.metrics import queries as metrics

STORE_ROLES = DEALER | DEALER_STAFF
EARNERS = STORE_ROLES | FIELD | FIELD_STAFF
SUBJECT_NAMES = [label for _code, label in SUBJECTS]


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


class RuleForm(forms.Form):
    """A version of an earn rule."""

    code = forms.SlugField(label=_("Code"), max_length=40)
    label_zh = forms.CharField(label=_("Name (Chinese)"), max_length=100)
    label_en = forms.CharField(label=_("Name (English)"), max_length=100)
    event = forms.ChoiceField(label=_("Earning event"), choices=events.choices)
    roles = forms.MultipleChoiceField(
        label=_("For the posts"),
        choices=[choice for choice in role_names.CHOICES if choice[0] in EARNERS],
        widget=forms.CheckboxSelectMultiple,
    )
    points = forms.DecimalField(label=_("Points for each"), min_value=1, max_digits=8, decimal_places=2)
    factor = forms.DecimalField(
        label=_("Campaign factor"), min_value=0, max_digits=5, decimal_places=2, initial=1
    )
    day_cap = forms.IntegerField(label=_("At most in a day"), min_value=1, required=False)
    month_cap = forms.IntegerField(label=_("At most in a month"), min_value=1, required=False)
    valid_months = forms.IntegerField(label=_("Usable for (months)"), min_value=1, max_value=120, initial=24)
    effective_from = _day(_("Effective from"))
    active = forms.BooleanField(
        label=_("Active"), required=False, initial=True, help_text=_("Without it the rule ends that day.")
    )

    def __init__(self, *args: Any, earlier: EarnRule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if earlier is not None:
            for name in ("code", "event"):
                self.fields[name].disabled = True

    def given(self) -> Given:
        """The version as the service takes it."""
        return Given(**self.cleaned_data)


class GiftForm(forms.Form):
    """A gift of the catalogue."""

    code = forms.SlugField(label=_("Code"), max_length=40)
    label_zh = forms.CharField(label=_("Name (Chinese)"), max_length=100)
    label_en = forms.CharField(label=_("Name (English)"), max_length=100)
    points = forms.IntegerField(label=_("Reward points"), min_value=1, max_value=1_000_000)
    worth_amount = forms.DecimalField(label=_("Worth (¥)"), min_value=0, max_digits=12, decimal_places=2)
    active = forms.BooleanField(label=_("On offer"), required=False, initial=True)

    def __init__(self, *args: Any, gift: Gift | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = gift is not None

    def offer(self) -> Offer:
        """The gift as the service takes it."""
        return Offer(**self.cleaned_data)


class StockForm(forms.Form):
    """Gifts that came in, or were missing."""

    units = forms.IntegerField(
        label=_("Pieces"),
        min_value=-100_000,
        max_value=100_000,
        help_text=_("Below 0 when a count found fewer."),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class RedeemForm(forms.Form):
    """How many pieces of a gift, and where to."""

    units = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=20, initial=1)
    deliver_to = forms.CharField(
        label=_("Deliver to"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    """What the desk answers."""

    answer = forms.CharField(
        label=_("Answer"), max_length=300, required=False, help_text=_("For example the parcel number.")
    )


class ReasonForm(forms.Form):
    """Why."""

    answer = forms.CharField(label=_("Reason"), max_length=300)


class RequestForm(forms.Form):
    """Points to be granted, taken back or transferred."""

    kind = forms.ChoiceField(label=_("Kind"), choices=REQUEST_KINDS)
    person = forms.CharField(label=_("Person"), max_length=150, help_text=_("Log-in name"))
    points = forms.IntegerField(
        label=_("Reward points"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text=_("Left empty for a transfer, which moves all."),
    )
    to_person = forms.CharField(
        label=_("Transfer to"),
        max_length=150,
        required=False,
        help_text=_("Log-in name; for a transfer only."),
    )
    valid_months = forms.IntegerField(label=_("Usable for (months)"), min_value=1, max_value=120, initial=24)
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def clean_person(self) -> User:
        """The active user of the log-in name."""
        return self._found("person")

    def clean_to_person(self) -> User | None:
        """The same; nobody when empty."""
        return self._found("to_person") if self.cleaned_data["to_person"] else None

    def _found(self, name: str) -> User:
        found = queries.person(self.cleaned_data[name])
        if found is None:
            raise forms.ValidationError(_("There is no such log-in name."))
        return found

    def wanted(self) -> Wanted:
        """The request as the service takes it."""
        given = dict(self.cleaned_data)
        given["kind"] = RequestKind(given["kind"])
        if given["kind"] == RequestKind.TRANSFER:
            given["points"] = None
        else:
            given["to_person"] = None
        return Wanted(**given)


class ContestForm(forms.Form):
    """A contest as it is declared."""

    code = forms.SlugField(label=_("Code"), max_length=40)
    label_zh = forms.CharField(label=_("Name (Chinese)"), max_length=100)
    label_en = forms.CharField(label=_("Name (English)"), max_length=100)
    subject = forms.ChoiceField(label=_("Who competes"), choices=SUBJECTS)
    measure = forms.ChoiceField(
        label=_("What counts"),
        help_text=_("Between stores: a measure of the closed and open months of the contest."),
    )
    roles = forms.MultipleChoiceField(
        label=_("For the posts"),
        choices=[(str(role), role_names.NAMES[role]) for role in role_names.NAMES if role in STORE_ROLES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who takes part; between stores, who gets the prize of the store."),
    )
    unit = forms.CharField(
        label=_("Organisation unit"),
        max_length=40,
        required=False,
        help_text=_("Its code; empty for the whole network."),
    )
    first = _day(_("First day"))
    last = _day(_("Last day"))
    prizes = forms.CharField(
        label=_("Prizes (place: points)"),
        max_length=200,
        help_text=_("For example 1: 500, 2-3: 200. Who shares a place gets the prize of this place."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        field: Any = self.fields["measure"]
        field.choices = [
            (str(label), queries.measures(subject))
            for subject, label in zip(Subject, SUBJECT_NAMES, strict=True)
        ]

    def clean_unit(self) -> Any:
        """The unit of the code, as far as the actor sees it."""
        code = self.cleaned_data["unit"]
        found = metrics.unit(actor=self.actor, code=code) if code else None
        if code and found is None:
            raise forms.ValidationError(_("There is no such unit."))
        return found

    def clean_prizes(self) -> list[Any]:
        """The prizes as places and points."""
        try:
            return read_prizes(self.cleaned_data["prizes"])
        except ValueError as error:
            raise forms.ValidationError(
                _("Write places from the first on, each with its points: 1: 500, 2-3: 200.")
            ) from error

    def plan(self) -> Plan:
        """The contest as the service takes it."""
        given = dict(self.cleaned_data)
        return Plan(**{**given, "subject": Subject(given["subject"])})


class BonusForm(forms.Form):
    """The bonus of a person for a month."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int)
    month = forms.DateField(
        label=_("Month"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"placeholder": "2026-07"}, format="%Y-%m"),
    )
    score = forms.DecimalField(
        label=_("Appraisal (0 to 100)"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    base = forms.DecimalField(label=_("Bonus base (¥)"), min_value=0, max_digits=12, decimal_places=2)
    extra = forms.DecimalField(label=_("Extra (¥)"), min_value=0, max_digits=12, decimal_places=2)
    deducted = forms.DecimalField(label=_("Deducted (¥)"), min_value=0, max_digits=12, decimal_places=2)
    basis = forms.CharField(
        label=_("Basis of the appraisal"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.choices = people

    def proposed(self) -> Proposed:
        """The bonus as the service takes it."""
        given = dict(self.cleaned_data)
        person = queries.user(given.pop("person"))
        return Proposed(**given | {"person": person, "month": Month.of(given["month"])})


class SellerForm(forms.Form):
    """Who of the store sold a car."""

    person = forms.TypedChoiceField(label=_("Seller"), coerce=int)

    def __init__(self, *args: Any, dealer_id: int, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.choices = queries.sellers(dealer_id=dealer_id, on=on)
