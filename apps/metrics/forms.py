from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.core.kit.filters import MonthField
from apps.metrics.models import BETTER, UNITS
from apps.metrics.registry import registry

OWN = "custom."


class CustomKpiForm(forms.Form):
    """A KPI over existing measures; the formula is checked by the service."""

    code = forms.RegexField(
        r"^custom\.[a-z][a-z0-9_]*$",
        label=_("Code"),
        max_length=60,
        help_text=_("custom. and a name in small letters, for example custom.stock_value_per_unit"),
        error_messages={"invalid": _("Write custom. and a name in small letters, digits and _.")},
    )
    label_zh = forms.CharField(label=_("Name (Chinese)"), max_length=60)
    label_en = forms.CharField(label=_("Name (English)"), max_length=60)
    formula = forms.CharField(
        label=_("Formula"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_(
            "Measures by their codes, + - * / ( ), min(), max(), and windows such as "
            "sales.retail_units.last(3), .mean(3), .ytd, .year_ago, .previous."
        ),
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    better = forms.ChoiceField(label=_("Which way is better"), choices=BETTER)
    decimals = forms.IntegerField(label=_("Decimals"), min_value=0, max_value=6, initial=2)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = fixed_code


class KpiSettingForm(forms.Form):
    """The limits of a KPI from a month on."""

    month = MonthField(label=_("From month"))
    low_red = forms.DecimalField(label=_("Red below"), required=False, max_digits=18, decimal_places=6)
    low_amber = forms.DecimalField(label=_("Amber below"), required=False, max_digits=18, decimal_places=6)
    high_amber = forms.DecimalField(label=_("Amber above"), required=False, max_digits=18, decimal_places=6)
    high_red = forms.DecimalField(label=_("Red above"), required=False, max_digits=18, decimal_places=6)
    inclusive = forms.BooleanField(label=_("A value equal to a limit has crossed it"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), choices=[("", "—"), *role_names.CHOICES], required=False)
    shown = forms.BooleanField(label=_("Shown"), required=False, initial=True)


class FeedSettingForm(forms.Form):
    """The due day of a feed from a month on."""

    feed = forms.ChoiceField(label=_("Feed"))
    month = MonthField(label=_("From month"))
    due_day = forms.IntegerField(
        label=_("Due day of the following month"),
        min_value=1,
        max_value=28,
        help_text=_("A day from 1 to 28."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        feed = cast("forms.ChoiceField", self.fields["feed"])
        feed.choices = [(code, feed.label) for code, feed in registry.feeds.items()]
