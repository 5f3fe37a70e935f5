from django.contrib import admin

from apps.core.kit.admin import KeptAdmin
from apps.incentives.models import Programme, ProgrammeVersion


class VersionInline(admin.StackedInline):
    """Versions of a programme; one that was settled refuses changes."""

    model = ProgrammeVersion
    extra = 0
    can_delete = False


@admin.register(Programme)
class ProgrammeAdmin(KeptAdmin):
    """Rebate programmes."""

    list_display = ("code", "label_zh", "label_en")
    inlines = (VersionInline,)
