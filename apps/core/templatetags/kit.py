"""Template tags of the page kit: icons, form fields, numbers, lights, sparklines."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from apps.core.kit import formats, icons, kept, spark
from apps.core.kit.charts import Chart

register = template.Library()
register.tag("kept", kept.kept)

DASHES = BLANK_CHOICE_DASH[0][1]
_SELECTS = (forms.Select, forms.SelectMultiple)
_CHECKS = (forms.CheckboxInput,)
_CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the icon package as inline SVG."""
    return icons.svg(str(name))


@register.filter
def shown(value: Any, kind: str = "text") -> Any:
    """A value in the product's way of writing its kind."""
    return formats.show(value, str(kind))


@register.filter
def measured(value: Any, kind: str = "text") -> Any:
    """A value in the product's way of writing its kind, with what it counts: 51 vehicles, 114,760.80 CNY."""
    return formats.measured(value, str(kind))


@register.filter
def counted_in(kind: Any) -> Any:
    """What numbers of a kind count; empty for rates and plain numbers."""
    return formats.UNITS.get(str(kind), "")


@register.simple_tag
def sparkline(values: Any, light: str = "") -> SafeString:
    """A small line of the values in their order; gaps where a value is missing."""
    return spark.line(list(values), light)


@register.inclusion_tag("kit/_field.html")
def field(bound: BoundField, compact: bool = False) -> dict[str, Any]:
    """A form field with label, help and errors; `compact` for filter bars."""
    _name_empty_choice(bound.field)
    widget = bound.field.widget
    if isinstance(widget, _CHOICES):
        widget.attrs.setdefault("class", "form-check-input")
    return {
        "field": bound,
        "compact": compact,
        "check": isinstance(widget, _CHECKS),
        "choices": isinstance(widget, _CHOICES),
        "file": isinstance(widget, forms.FileInput),
        "widget": bound.as_widget(attrs={"class": _css(widget, bound, compact)}),
    }


@register.inclusion_tag("kit/_chart.html")
def chart(declared: Chart, head: str = "", size: str = "m") -> dict[str, Any]:
    """A declared chart with its table; `head` names what the labels are, `size` is s, m or l."""
    return {"chart": declared, "source": f"chart-{declared.code}", "head": head, "size": size}


def _name_empty_choice(asked: forms.Field) -> None:
    """Django's row of dashes says nothing; say what leaving it means."""
    words = gettext("Please choose") if asked.required else gettext("None")
    if isinstance(asked, forms.ModelChoiceField):
        asked.empty_label = words if asked.empty_label == DASHES else asked.empty_label
    elif isinstance(asked, forms.NullBooleanField) and isinstance(asked.widget, forms.Select):
        blank = ("", "unknown")
        asked.widget.choices = [
            (key, gettext("All") if key in blank else name) for key, name in asked.widget.choices
        ]
    elif isinstance(asked, forms.ChoiceField) and isinstance(asked.choices, list):
        asked.choices = [(key, words if name == DASHES else name) for key, name in asked.choices]


def _css(widget: forms.Widget, bound: BoundField, compact: bool) -> str:
    if isinstance(widget, (*_CHECKS, *_CHOICES)):
        css = "form-check-input"
    else:
        css = "form-select" if isinstance(widget, _SELECTS) else "form-control"
        css += f" {css}-sm" if compact else ""
    given = widget.attrs.get("class", "")
    return f"{css} {given}".strip() + (" is-invalid" if bound.errors else "")
