"""Filters that several lists share."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.kernel.period import Month, PeriodError


class MonthField(forms.CharField):
    """A month written as 2026-07; cleans to its first day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"placeholder": "2026-07", "inputmode": "numeric"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Month.parse(text).first
        except PeriodError as error:
            raise ValidationError(_("Write a month as 2026-07.")) from error


class MonthFilter(django_filters.Filter):
    """Rows of one month."""

    field_class = MonthField
