from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from apps.core.kit.admin import AuditedAdmin
from apps.core.kit.pages import actor_of
from apps.vehicles import services
from apps.vehicles.forms import AliasForm
from apps.vehicles.models import Brand, CarModel, ModelAlias, Series, Trim, VinStrictness


@admin.register(Brand)
class BrandAdmin(AuditedAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")
    ordering = ("code",)


@admin.register(Series)
class SeriesAdmin(AuditedAdmin):
    list_display = ("code", "name", "brand")
    list_filter = ("brand",)
    search_fields = ("code", "name")
    ordering = ("code",)
    list_select_related = ("brand",)


class TrimInline(admin.TabularInline):
    model = Trim
    extra = 0


@admin.register(CarModel)
class CarModelAdmin(AuditedAdmin):
    list_display = ("code", "name", "series", "active")
    list_filter = ("active", "series__brand")
    search_fields = ("code", "name")
    ordering = ("code",)
    list_select_related = ("series",)
    inlines = (TrimInline,)


@admin.register(ModelAlias)
class ModelAliasAdmin(AuditedAdmin):
    """Spellings other systems use; saved through the service that keeps them unique."""

    form = AliasForm
    list_display = ("spelling", "model", "trim")
    search_fields = ("spelling", "model__name")
    ordering = ("spelling",)
    list_select_related = ("model", "trim")
    autocomplete_fields = ("model",)

    def save_model(self, request: HttpRequest, obj: ModelAlias, form: Any, change: bool) -> None:
        services.name_alias(
            alias=obj,
            spelling=obj.spelling,
            model=obj.model,
            trim=obj.trim,
            actor=actor_of(request),
            now=timezone.now(),
        )


@admin.register(VinStrictness)
class VinStrictnessAdmin(AuditedAdmin):
    """How strictly VIN problems are taken, by origin; without a row the shipped default counts."""

    list_display = ("origin", "problem", "severity")
    list_editable = ("severity",)
    list_display_links = ("problem",)
    ordering = ("origin", "problem")
