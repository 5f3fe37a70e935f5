"""How templates show a dealer."""

from __future__ import annotations

from typing import Any

from django import template

from apps.dealers import tables
from apps.dealers.models import CAPABILITIES, Dealer

register = template.Library()


@register.filter
def dealer_status(dealer: Dealer) -> tuple[str, Any]:
    """The status as a badge value."""
    return tables.status_badge(dealer)


@register.filter
def dealer_place(dealer: Dealer) -> str:
    """City and county."""
    return tables.place_name(dealer)


@register.filter
def dealer_functions(dealer: Dealer) -> str:
    """The functions in words."""
    labels = {str(code): str(label) for code, label in CAPABILITIES}
    return " · ".join(labels[code] for code in dealer.capabilities)
