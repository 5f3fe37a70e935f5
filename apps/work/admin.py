from django.contrib import admin

from apps.core.kit.admin import AuditedAdmin
from apps.work.models.calendar import CalendarDay


@admin.register(CalendarDay)
class CalendarDayAdmin(AuditedAdmin):
    """Holidays and make-up days of a year, entered when they are published."""

    list_display = ("day", "kind", "name")
    list_filter = ("kind",)
    date_hierarchy = "day"
    ordering = ("-day",)
