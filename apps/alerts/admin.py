from django.contrib import admin

from apps.alerts.models import AlertEscalation, AlertRule
from apps.core.kit.admin import VersionAdmin


class EscalationInline(admin.TabularInline):  # type: ignore[type-arg]
    """Who is told when nobody answers."""

    model = AlertEscalation
    extra = 1


@admin.register(AlertRule)
class AlertRuleAdmin(VersionAdmin):
    """Limits are changed by adding a version with a later start; earlier months keep theirs."""

    list_display = (
        "code",
        "version",
        "label_zh",
        "kpi",
        "daily",
        "level",
        "split",
        "item",
        "low",
        "high",
        "severity",
        "effective_from",
        "active",
    )
    list_filter = ("code", "daily", "level", "active")
    inlines = (EscalationInline,)
    ordering = ("code", "item", "-version")
