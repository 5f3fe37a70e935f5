from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.incentives.rules.types import TYPES
from apps.kernel.period import Month

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,38}")


def type_choices() -> list[tuple[str, str]]:
    """The rebate types in the reader's language, each with what it is for."""
    lang = get_language() or "zh-hans"
    return [(each.code, f"{each.label.text(lang)} — {each.help.text(lang)}") for each in TYPES.values()]


class NameForm(forms.Form):
    """Code and names of a new policy."""

    code = forms.CharField(
        label=_("Policy code"),
        max_length=40,
        help_text=_("Letters and digits, for example P1 or 2026-Q3-volume"),
    )
    label_zh = forms.CharField(label=_("Name in Chinese"), max_length=80)
    label_en = forms.CharField(label=_("Name in English"), max_length=80)

    def clean_code(self) -> str:
        found = str(self.cleaned_data["code"]).strip()
        if not CODE.fullmatch(found):
            raise ValidationError(_("2 to 40 letters, digits, - _ or ."))
        return found


class StartForm(NameForm):
    """A new policy: its names and the type of its first clause."""

    kind = forms.ChoiceField(label=_("First clause"), choices=type_choices, widget=forms.RadioSelect)


class MonthsForm(forms.Form):
    """The closed months a draft is replayed on, and what it is compared with."""

    first = forms.ChoiceField(label=_("From month"))
    last = forms.ChoiceField(label=_("To month"))
    compared = forms.ChoiceField(label=_("Compared with"), required=False)

    def __init__(self, *args: Any, months: list[str], versions: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("first", "last"):
            self.fields[name].choices = [(month, month) for month in months]  # type: ignore[attr-defined]
        self.fields["compared"].choices = [("", _("Nothing")), *versions]  # type: ignore[attr-defined]

    def months(self) -> tuple[Month, Month]:
        """First and last month."""
        return Month.parse(self.cleaned_data["first"]), Month.parse(self.cleaned_data["last"])


class PublishForm(forms.Form):
    """From when a version holds."""

    effective_from = forms.DateField(
        label=_("Holds from"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Today at the earliest."),
    )


class EndForm(forms.Form):
    """The last day of a policy."""

    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))


class SignForm(forms.Form):
    """Why legal signs for a finding."""

    finding = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the file of the policy under your name."),
    )
