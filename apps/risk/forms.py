from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.risk import services
from apps.risk.models import VERDICTS


class ProposeForm(forms.Form):
    """What is held of a reported sale, and why."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=VERDICTS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Grounds"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was found, and what the dealer said to it."),
    )
    file = forms.FileField(label=_("File"), required=False, help_text=_("PDF or photo"))

    def finding(self) -> services.Finding:
        """The finding as the service takes it."""
        sent = self.cleaned_data.get("file")
        return services.Finding(
            self.cleaned_data["verdict"],
            self.cleaned_data["reason"],
            sent.name if sent else "",
            sent.read() if sent else b"",
        )
