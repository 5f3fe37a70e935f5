from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class InviteForm(forms.Form):
    """Who is invited to a meeting, and what the invitation says."""

    group = forms.ChoiceField(
        label=_("Group"),
        required=False,
        choices=[
            ("", _("Only those named below")),
            ("people", _("My people")),
            ("generals", _("The general managers of my dealers")),
            ("both", _("My people and the general managers of my dealers")),
        ],
    )
    names = forms.CharField(
        label=_("By name"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "One a line: an account, a name, or the code of a dealer for its general manager. "
            "Who has no account is put on the list only."
        ),
        max_length=20_000,
    )
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    message = forms.CharField(
        label=_("Message"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=1000
    )

    def clean(self) -> None:
        if not self.cleaned_data.get("group") and not self.cleaned_data.get("names"):
            raise forms.ValidationError(_("Choose a group or give names."))


class ReplyForm(forms.Form):
    """Whether somebody comes."""

    reply = forms.ChoiceField(choices=[("coming", ""), ("declined", "")])
    reason = forms.CharField(required=False, max_length=300)
