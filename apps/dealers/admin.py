from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from apps.core.kit.admin import KeptAdmin
from apps.core.kit.pages import actor_of
from apps.dealers import services
from apps.dealers.models import DealerGroup, Division, FormerPlace, OrgUnit


@admin.register(DealerGroup)
class DealerGroupAdmin(KeptAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")
    ordering = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def save_model(self, request: HttpRequest, obj: DealerGroup, form: ModelForm, change: bool) -> None:
        by: dict[str, Any] = {"actor": actor_of(request), "now": timezone.now()}
        if change:
            services.change_group(group=obj, name=obj.name, **by)
        else:
            obj.pk = services.create_group(code=obj.code, name=obj.name, **by).pk


@admin.register(OrgUnit)
class OrgUnitAdmin(KeptAdmin):
    """Read only: units are created, moved and closed on the organisation page, with dates."""

    list_display = ("code", "name", "kind", "parent", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    ordering = ("path",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Division)
class DivisionAdmin(KeptAdmin):
    """Only the tier of a city is configuration; the divisions come with the product."""

    list_display = ("code", "name", "level", "parent", "tier")
    list_filter = ("level", "tier")
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    ordering = ("code",)
    readonly_fields = ("code", "name", "level", "parent", "official_name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Division, form: ModelForm, change: bool) -> None:
        services.set_tier(division=obj, tier=obj.tier, actor=actor_of(request), now=timezone.now())


@admin.register(FormerPlace)
class FormerPlaceAdmin(KeptAdmin):
    list_display = ("name", "province", "current", "since")
    list_select_related = ("province", "current")
    search_fields = ("name",)
    ordering = ("name",)
    autocomplete_fields = ("province", "current")

    def save_model(self, request: HttpRequest, obj: FormerPlace, form: ModelForm, change: bool) -> None:
        services.keep_former_place(place=obj, actor=actor_of(request), now=timezone.now())
