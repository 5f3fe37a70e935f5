from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Grant, User
from apps.core import access
from apps.core.access import Actor, Limit
from apps.dealers.fields import DealerField, UnitField

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
PER_MILLE = Decimal(1000)


class ReasonForm(forms.Form):
    """Why something is done; the reason stays in the trail."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It stays on record."), widget=forms.TextInput
    )


class GrantForm(ReasonForm):
    """Whether a role holds an action, and up to which amount."""

    field_order = ["allowed", "per_mille", "max_amount", "reason"]

    allowed = forms.BooleanField(label=_("The role may do this"), required=False)
    per_mille = forms.DecimalField(
        label=_("Up to (‰ of the base)"),
        required=False,
        min_value=0,
        max_value=1000,
        max_digits=7,
        decimal_places=3,
        help_text=_("For example 1 for 1‰ of the province's sales. Empty: no such limit."),
    )
    max_amount = forms.DecimalField(
        label=_("Up to (¥)"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("Empty: no such limit."),
    )

    @property
    def limit(self) -> Limit:
        """The limit asked for; the per mille as a share."""
        given = self.cleaned_data["per_mille"]
        rate = None if given is None else given / PER_MILLE
        return Limit(self.cleaned_data["max_amount"], rate)


class GrantAdminForm(forms.ModelForm, ReasonForm):  # type: ignore[type-arg]
    """The same on the admin site, where a right can also be given to a role that never had it."""

    class Meta:
        model = Grant
        fields = ("role", "action", "allowed", "max_amount", "max_rate")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked := self.fields.get("action"):  # absent where the grant is there already
            labels = {code: f"{action.label} · {code}" for code, action in access.actions().items()}
            self.fields["action"] = forms.ChoiceField(label=asked.label, choices=sorted(labels.items()))


class DecisionForm(forms.Form):
    """What a second person says to a change."""

    approve = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Approve: in force at once")), ("no", _("Refuse"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )
    answer = forms.CharField(label=_("Answer"), max_length=300, required=False)


class DelegationForm(forms.Form):
    """Who stands in, with which of one's roles, from when to when."""

    roles = forms.MultipleChoiceField(label=_("Roles handed over"), widget=forms.CheckboxSelectMultiple)
    valid_from = forms.DateField(label=_("First day"), widget=DATE)
    valid_to = forms.DateField(label=_("Last day"), widget=DATE)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(
        self, *args: Any, colleagues: QuerySet[User], roles: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delegate"] = forms.ModelChoiceField(
            label=_("Stand-in"), queryset=colleagues, help_text=_("A colleague who may log in.")
        )
        self.order_fields(["delegate"])
        asked = self.fields["roles"]
        assert isinstance(asked, forms.MultipleChoiceField)
        asked.choices = roles


class ResponsibleForm(forms.Form):
    """For which dealer or unit, and on which day."""

    on = forms.DateField(label=_("Day"), widget=DATE, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dealer"] = DealerField(
            actor=actor, label=_("Dealer"), required=False, help_text=_("Its code or name.")
        )
        if not actor.is_dealer:
            self.fields["unit"] = UnitField(actor=actor, label=_("Organisation unit"), required=False)
        self.order_fields(["dealer", "unit", "on"])


class DayForm(forms.Form):
    """A day to look at."""

    on = forms.DateField(label=_("Day"), widget=DATE, required=False)
