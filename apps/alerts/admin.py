from django.contrib import admin

from apps.alerts.models import AlertRule
from apps.core.kit.admin import VersionAdmin


@admin.register(AlertRule)
class AlertRuleAdmin(VersionAdmin):
    """Limits are changed by adding a version with a later start; earlier months keep theirs."""

    list_display = (
        "code",
        "version",
        "label_zh",
        "kpi",
        "low",
        "high",
        "severity",
        "effective_from",
        "active",
    )
    list_filter = ("code", "active")
    ordering = ("code", "-version")
