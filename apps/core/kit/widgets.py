"""Inputs that people fill in by more than typing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy as _


class ScannedInput(forms.TextInput):
    """A code off a label: typed, by a keyboard scanner, or by the camera where the browser reads codes."""

    class Media:
        js = (Script("js/scan.js", defer=True),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        scanned = {"autocomplete": "off", "data-scan": "vin", "data-scan-label": _("Scan with the camera")}
        super().__init__(scanned | (attrs or {}))
