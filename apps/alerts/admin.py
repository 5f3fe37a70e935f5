from django.contrib import admin

from apps.alerts.models import AlertRule


@admin.register(AlertRule)
class AlertRuleAdmin(admin.ModelAdmin):
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

    def has_delete_permission(self, request: object, obj: object | None = None) -> bool:
        return False
