from django.contrib import admin

from apps.incentives.models import Programme, ProgrammeVersion


class VersionInline(admin.StackedInline):
    """Versions of a programme; one that was settled refuses changes."""

    model = ProgrammeVersion
    extra = 0
    can_delete = False


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):
    """Rebate programmes."""

    list_display = ("code", "label_zh", "label_en")
    inlines = (VersionInline,)

    def has_delete_permission(self, request: object, obj: object | None = None) -> bool:
        return False
