"""Form fields of the dealer network, for the forms of this app and of those above it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers import queries
from apps.dealers.models import Dealer, Division, OrgUnit
from apps.dealers.rules import DEPTH, UnitKind
from apps.dealers.rules.places import Verdict


class DateField(forms.DateField):
    """A day, picked or typed as 2026-07-01."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(**kwargs)


class PlaceInput(forms.TextInput):
    """A text with the cities to choose from."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(attrs={"autocomplete": "off", "list": "place-choices"})
        self.actor = actor

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = queries.cities(actor=self.actor).values_list("parent__name", "name").order_by("code")
        options = format_html_join("", '<option value="{} {}"></option>', rows)
        field = super().render(name, value, attrs, renderer)
        return format_html('{}<datalist id="place-choices">{}</datalist>', field, options)


class PlaceField(forms.CharField):
    """A city or county as people write it; cleans to (city, county)."""

    def __init__(self, *, actor: Actor, **kwargs: Any) -> None:
        hint = _("For example 浙江省 杭州市, or 杭州市西湖区.")
        super().__init__(label=_("City"), widget=PlaceInput(actor), help_text=hint, max_length=60, **kwargs)

    def clean(self, value: Any) -> tuple[Division, Division | None] | None:
        text = super().clean(value)
        if not text:
            return None
        match = queries.gazetteer().locate(text)
        if match.verdict is Verdict.UNKNOWN or match.city is None:
            near = "、".join(match.suggestions)
            message = _("No such city is known. Did you mean %(near)s?") if near else _("Name a city.")
            raise forms.ValidationError(message, params={"near": near})
        found = Division.objects.in_bulk([match.city.code, *([match.county.code] if match.county else [])])
        return found[match.city.code], found[match.county.code] if match.county else None


class UnitField(forms.ModelChoiceField):
    """A unit of the organisation, shown as a tree."""

    def __init__(self, *, actor: Actor, label: Any, **kwargs: Any) -> None:
        rows = queries.units(actor=actor).filter(valid_to__isnull=True).order_by("path")
        super().__init__(queryset=rows, label=label, **kwargs)

    def label_from_instance(self, unit: OrgUnit) -> str:
        return "　" * DEPTH[UnitKind(unit.kind)] + unit.name


class DealerField(forms.CharField):
    """A dealer by its code or name; cleans to the dealer."""

    def __init__(self, *, actor: Actor, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Dealer | None:
        text = super().clean(value)
        found = queries.by_spelling(actor=self.actor, text=text) if text else None
        if text and found is None:
            raise forms.ValidationError(_("No dealer is known under this code or name."))
        return found
