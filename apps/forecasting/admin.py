from django.contrib import admin

from apps.core.kit.admin import AuditedAdmin
from apps.forecasting.models import ClimateWeights, ForecastSetting, ModelLife, PublishedFigure


@admin.register(ForecastSetting)
class ForecastSettingAdmin(AuditedAdmin):
    """How forecasts are made, from a month on."""

    list_display = ("effective_from", "band", "history_months", "new_year", "levels")
    ordering = ("-effective_from",)


@admin.register(ModelLife)
class ModelLifeAdmin(AuditedAdmin):
    """Models that come, follow others and run out."""

    list_display = ("model", "launched_on", "follows", "ends_on")
    list_select_related = ("model", "follows")
    autocomplete_fields = ("model", "follows")
    ordering = ("model__code",)


@admin.register(ClimateWeights)
class ClimateWeightsAdmin(AuditedAdmin):
    """How much each answer counts in the stock climate, from a month on."""

    list_display = ("effective_from", "demand", "inventory", "sales", "staff", "operations")
    ordering = ("-effective_from",)


@admin.register(PublishedFigure)
class PublishedFigureAdmin(AuditedAdmin):
    """Figures of the market, with who published them."""

    list_display = ("kind", "period", "value", "source")
    list_filter = ("kind",)
    ordering = ("kind", "-period")
