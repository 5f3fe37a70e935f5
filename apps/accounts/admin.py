from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import Assignment, User
from apps.core.kit.admin import AuditedAdmin
from apps.core.kit.pages import actor_of

admin.site.unregister(Group)  # what a person may do follows from assigned roles, never from groups


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Read-mostly: users are made and shut out on the pages; here somebody gets into the admin site."""

    list_display = ("username", "display_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "display_name")
    fields = ("username", "display_name", "language", "is_active", "is_staff", "is_superuser", "last_login")
    readonly_fields = ("username", "display_name", "language", "is_active", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        services.set_site_access(
            user=obj,
            staff=obj.is_staff,
            superuser=obj.is_superuser,
            actor=actor_of(request),
            now=timezone.now(),
        )


@admin.register(Assignment)
class AssignmentAdmin(AuditedAdmin):
    """What was ever assigned to whom; roles are assigned and ended on the pages."""

    list_display = ("user", "role", "unit", "dealer", "group", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("user", "unit", "dealer", "group")
    search_fields = ("user__username", "user__display_name", "dealer__code")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
