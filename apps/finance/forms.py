from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.finance.rules.lines import INPUTS


def line_choices() -> list[tuple[str, str]]:
    """The lines accounts may go to, in the reader's language."""
    return [
        ("", "—"),
        *((line.code, f"{line.code} {_now(line.label)}") for line in INPUTS if line.section != "ytd"),
    ]


class AccountForm(forms.Form):
    """Which line of the statement an account of a store goes to."""

    dealer = forms.CharField(label=_("Dealer"), max_length=200, help_text=_("Dealer code or name"))
    account = forms.CharField(
        label=_("Account"), max_length=40, help_text=_("Accounts below it go to the same line.")
    )
    name = forms.CharField(label=_("Account name"), max_length=120, required=False)
    line = forms.ChoiceField(label=_("Line of the statement"), choices=line_choices)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        own = list(dealers.dealers(actor=actor)[:2]) if actor.is_dealer else []
        if len(own) == 1 and not self.initial.get("dealer"):
            self.initial["dealer"] = own[0].code

    def clean_dealer(self) -> int:
        text = self.cleaned_data["dealer"]
        found = dealers.resolve([text], self.actor)
        if text not in found:
            raise forms.ValidationError(_("This dealer does not exist."))
        return found[text]
