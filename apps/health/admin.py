from django.contrib import admin

from apps.health.models import ScorecardVersion


@admin.register(ScorecardVersion)
class ScorecardVersionAdmin(admin.ModelAdmin):
    """Weights change by adding a version with a later start; earlier months keep theirs."""

    list_display = ("code", "version", "label_zh", "effective_from")
    ordering = ("code", "-version")

    def has_delete_permission(self, request: object, obj: object | None = None) -> bool:
        return False
