from django.contrib import admin

from apps.core.kit.admin import VersionAdmin
from apps.health.models import ScorecardVersion


@admin.register(ScorecardVersion)
class ScorecardVersionAdmin(VersionAdmin):
    """Weights change by adding a version with a later start; earlier months keep theirs."""

    list_display = ("code", "version", "label_zh", "effective_from")
    ordering = ("code", "-version")
