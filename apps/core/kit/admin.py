"""The base of all pages of the configuration site: what is saved or deleted there leaves an audit event."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Max, Model, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.kit.pages import actor_of

ADD, CHANGE, DELETE = "core.admin_add", "core.admin_change", "core.admin_delete"


class Audited:
    """What the trail needs of a ModelAdmin; mixed into those of other packages.

    A `save_model` that calls a service instead of `super()` leaves the event to the service.
    """

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        before = audit.stored(obj)
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        _note(request, obj, before)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        _note_deleted(request, obj)
        super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            _note_deleted(request, obj)
        super().delete_queryset(request, queryset)  # type: ignore[misc]

    def save_formset(
        self, request: HttpRequest, form: ModelForm[Any], formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        rows = formset.save(commit=False)
        for obj in formset.deleted_objects:
            _note_deleted(request, obj)
            obj.delete()
        for obj in rows:
            before = audit.stored(obj)
            obj.save()
            _note(request, obj, before)
        formset.save_m2m()


class AuditedAdmin(Audited, admin.ModelAdmin):  # type: ignore[type-arg]
    """The base class of the product's own pages of the configuration site."""


class KeptAdmin(AuditedAdmin):
    """Configuration that results may refer to is never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookedAtAdmin(KeptAdmin):
    """Rows that only services write: the configuration site shows them and changes nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class VersionAdmin(KeptAdmin):
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


def _note(request: HttpRequest, obj: Model, before: dict[str, Any]) -> None:
    was, became = audit.difference(before, audit.snapshot(obj))
    if before and not became:
        return
    action = CHANGE if before else ADD
    audit.record(
        actor=actor_of(request),
        action=action,
        obj=obj,
        now=timezone.now(),
        before=was if before else None,
        after=became,
    )


def _note_deleted(request: HttpRequest, obj: Model) -> None:
    audit.record(
        actor=actor_of(request), action=DELETE, obj=obj, now=timezone.now(), before=audit.snapshot(obj)
    )
