from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies, services
from apps.accounts.models import Assignment, ChangeState, Grant, RightsChange, User
from apps.accounts.rights import grants
from apps.accounts.rights.forms import GrantAdminForm
from apps.core.access import NO_LIMIT
from apps.core.errors import DomainError
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


class NeverDeleted(AuditedAdmin):
    """Rights are taken away, and decided about, by services; their rows stay."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return actor_of(request).may(policies.VIEW_RIGHTS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Grant)
class GrantAdmin(NeverDeleted):
    """What roles may do and how far. Nothing is saved here: a change is asked for, as on the pages."""

    list_display = ("role", "action", "allowed", "max_amount", "max_rate", "changed_at", "changed_by")
    list_filter = ("role", "allowed")
    search_fields = ("action",)
    ordering = ("role", "action")
    form = GrantAdminForm
    fields = ("role", "action", "allowed", "max_amount", "max_rate", "reason")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(policies.CHANGE_RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return actor_of(request).may(policies.CHANGE_RIGHTS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("role", "action") if obj else ()

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Grant, form: ModelForm, change: bool) -> None:
        asked = grants.change_grant(
            role=obj.role,
            action=obj.action,
            wish=grants.Wish(
                obj.allowed, form.cleaned_data["reason"], obj.limit if obj.allowed else NO_LIMIT
            ),
            actor=actor_of(request),
            now=timezone.now(),
        )
        waits = asked.state == ChangeState.WAITING
        text = _("It waits for a second administrator.") if waits else _("It is in force at once.")
        self.message_user(request, str(text), messages.WARNING if waits else messages.SUCCESS)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The trail knows what was asked for and what came into force."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The trail knows what was asked for and what came into force."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:accounts_grant_changelist"))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:accounts_grant_changelist"))


@admin.register(RightsChange)
class RightsChangeAdmin(NeverDeleted):
    """Who asked for which right and who decided; the second person decides on the page of the change."""

    list_display = ("kind", "role", "action", "user", "allowed", "state", "proposed_by", "decided_by")
    list_filter = ("state", "kind", "role")
    list_select_related = ("user", "proposed_by", "decided_by")
    ordering = ("-proposed_at",)

    def view_on_site(self, obj: RightsChange) -> str:
        """The page on which it is decided."""
        return reverse("accounts:change-detail", args=[obj.pk])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
