from django.contrib import admin

from apps.core.kit.admin import AuditedAdmin
from apps.work.models import ChannelSetting, DigestTime
from apps.work.models.calendar import CalendarDay


@admin.register(CalendarDay)
class CalendarDayAdmin(AuditedAdmin):
    """Holidays and make-up days of a year, entered when they are published."""

    list_display = ("day", "kind", "name")
    list_filter = ("kind",)
    date_hierarchy = "day"
    ordering = ("-day",)


@admin.register(DigestTime)
class DigestTimeAdmin(AuditedAdmin):
    """The times of day at which everybody gets one message with what is new."""

    list_display = ("at", "active")
    ordering = ("at",)


@admin.register(ChannelSetting)
class ChannelSettingAdmin(AuditedAdmin):
    """Which channels are in use; addresses and secrets stand in the environment."""

    list_display = ("channel", "active")
