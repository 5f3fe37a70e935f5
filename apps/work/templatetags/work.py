"""What every page of a record shows of work."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.template import Context
from django.utils import timezone

from apps.core.kit.pages import actor_of
from apps.work.queries import panel
from apps.work.tables.work import approval_badge

register = template.Library()


@register.inclusion_tag("work/_approvals.html", takes_context=True)
def approvals(context: Context, record: Model) -> dict[str, Any]:
    """The approvals of a record: steps, who decides by when, and the buttons for who may."""
    request = context["request"]
    found = panel.panels(actor=actor_of(request), target=record, now=timezone.now())
    return {
        "panels": [(each, approval_badge(each.approval)) for each in found],
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
