from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.work import registry
from apps.work.policies.webhooks import WEBHOOKS


class WebhookForm(forms.Form):
    """A system outside that is told of events."""

    label = forms.CharField(label=_("Name"), max_length=100, help_text=_("For example: ERP of the group"))
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("https only; addresses of private networks are refused."),
    )
    events = forms.MultipleChoiceField(label=_("Events"), widget=forms.CheckboxSelectMultiple)
    dealer = forms.CharField(
        label=_("Dealer"),
        max_length=200,
        required=False,
        help_text=_("Dealer code or name; empty: all dealers."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["events"].choices = sorted(registry.events().items())  # type: ignore[attr-defined]
        if not actor.may(WEBHOOKS):
            self.fields["dealer"].required = len(actor.scope.dealer_ids) != 1
            self.fields["dealer"].help_text = _("The store whose events are told; empty: one's own.")

    def clean_dealer(self) -> int | None:
        text = self.cleaned_data["dealer"]
        if not text:
            return None
        found = dealers.resolve([text], self.actor)
        if text not in found:
            raise forms.ValidationError(_("This dealer does not exist."))
        return found[text]
