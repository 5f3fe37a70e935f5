from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    """A filled workbook."""

    file = forms.FileField(label=_("Filled workbook (.xlsx)"), allow_empty_file=True)


class CorrectForm(forms.Form):
    """Why an approved report is reopened."""

    reason = forms.CharField(
        label=_("Reason of the correction"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
