from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from apps.core.kit.admin import KeptAdmin
from apps.core.kit.pages import actor_of
from apps.kernel.period import Month
from apps.metrics import services
from apps.metrics.models import CustomKpi, FeedSetting, KpiSetting


@admin.register(KpiSetting)
class KpiSettingAdmin(KeptAdmin):
    list_display = (
        "kpi",
        "effective_from",
        "low_red",
        "low_amber",
        "high_amber",
        "high_red",
        "owner",
        "shown",
    )
    list_filter = ("kpi",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("kpi", "effective_from") if obj else ()

    def save_model(self, request: HttpRequest, obj: KpiSetting, form: ModelForm, change: bool) -> None:
        names = (*services.LIMITS, "inclusive", "owner", "shown")
        row = services.set_kpi(
            code=obj.kpi,
            month=Month.of(obj.effective_from),
            values={name: getattr(obj, name) for name in names},
            actor=actor_of(request),
            now=timezone.now(),
        )
        obj.pk = row.pk


@admin.register(FeedSetting)
class FeedSettingAdmin(KeptAdmin):
    list_display = ("feed", "effective_from", "due_day")
    list_filter = ("feed",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("feed", "effective_from") if obj else ()

    def save_model(self, request: HttpRequest, obj: FeedSetting, form: ModelForm, change: bool) -> None:
        month = Month.of(obj.effective_from)
        row = services.set_feed(
            feed=obj.feed, month=month, due_day=obj.due_day, actor=actor_of(request), now=timezone.now()
        )
        obj.pk = row.pk


@admin.register(CustomKpi)
class CustomKpiAdmin(KeptAdmin):
    """To be looked at; KPIs are added and changed on their pages, where formulas are checked."""

    list_display = ("code", "label_zh", "label_en", "formula", "version", "active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
