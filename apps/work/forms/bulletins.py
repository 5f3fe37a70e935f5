from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.dealers.fields import DateField
from apps.work.models.bulletins import AUDIENCES


class BulletinForm(forms.Form):
    """A bulletin as it is written."""

    title = forms.CharField(label=_("Title"), max_length=150)
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 10}), max_length=20_000)
    audience = forms.ChoiceField(label=_("Audience"), choices=AUDIENCES, initial="both")
    read_by_on = DateField(label=_("To be read by"))
