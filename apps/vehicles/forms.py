from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError
from apps.vehicles import services
from apps.vehicles.models import ModelAlias


class VinForm(forms.Form):
    """A VIN as typed; blanks, small letters and full-width characters are read too."""

    vin = forms.CharField(
        label="VIN",
        max_length=60,
        help_text=_("Small letters, blanks and full-width characters are read too."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class AliasForm(forms.ModelForm):
    """A spelling and what it stands for."""

    class Meta:
        model = ModelAlias
        fields = ("spelling", "model", "trim")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.errors:
            try:
                services.check_alias(alias=self.instance, **self.cleaned_data)
            except DomainError as error:
                raise forms.ValidationError({name: str(text) for name, text in error.fields.items()})
        return cleaned
