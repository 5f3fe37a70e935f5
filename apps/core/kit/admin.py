"""What the admin site does alike: saves are audited, nothing is deleted, used versions stay as they are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Max, Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.kit.pages import actor_of


class AuditedAdmin(admin.ModelAdmin):
    """Configuration that results may refer to: every save leaves an audit event, nothing is deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        before = audit.snapshot(type(obj)._default_manager.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)
        was, became = audit.difference(before, audit.snapshot(obj))
        action = f"{obj._meta.app_label}.{'change' if change else 'add'}_{obj._meta.model_name}"
        audit.record(
            actor=actor_of(request), action=action, obj=obj, now=timezone.now(), before=was, after=became
        )


class VersionAdmin(AuditedAdmin):
    """Versions of a rule: one that results refer to (`in_use`) is shown; what changes is a new version.

    `line` names the field whose versions are counted.
    """

    line = "code"
    fresh = ("id", "effective_from")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or not obj.in_use) and super().has_change_permission(request, obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        shown = self.get_object(request, object_id)
        if shown is not None and shown.in_use and request.method == "GET":
            address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
            message = format_html(
                '{} <a href="{}?like={}">{}</a>',
                _("Results refer to this version, so it stays as it is."),
                address,
                shown.pk,
                _("Make a new version of it"),
            )
            messages.info(request, message)
        return super().change_view(request, object_id, form_url, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        like = self.get_object(request, request.GET.get("like", ""))
        if like is None:
            return super().get_changeform_initial_data(request)
        values = {
            field.name: field.value_from_object(like)
            for field in self.opts.concrete_fields
            if field.name not in self.fresh
        }
        line = self.get_queryset(request).filter(**{self.line: values[self.line]})
        return values | {"version": (line.aggregate(last=Max("version"))["last"] or 0) + 1}
