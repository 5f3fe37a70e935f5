"""The books on the configuration site: to be looked at; what moves them are services."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from apps.core.kit.admin import LookedAtAdmin
from apps.ledger.models import Account, Entry, Posting


class PostingInline(admin.TabularInline):  # type: ignore[type-arg]
    """Both sides of an entry."""

    model = Posting
    fields = ("line", "account", "amount", "expires_on")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(LookedAtAdmin):
    list_display = ("dealer", "person", "kind", "balance", "limit_amount", "held", "frozen")
    list_filter = ("kind", "frozen")
    list_select_related = ("dealer", "person")
    search_fields = ("dealer__code", "person__username")


@admin.register(Entry)
class EntryAdmin(LookedAtAdmin):
    list_display = ("key", "dealer", "person", "kind", "amount", "occurred_on", "period", "recorded_by")
    list_filter = ("kind", "currency")
    list_select_related = ("dealer", "person")
    search_fields = ("key", "dealer__code", "person__username")
    date_hierarchy = "occurred_on"
    inlines = (PostingInline,)


@admin.register(Posting)
class PostingAdmin(LookedAtAdmin):
    list_display = ("entry", "account", "amount", "expires_on")
    list_filter = ("account__kind",)
    list_select_related = ("entry", "account__dealer", "account__person")
    search_fields = ("entry__key", "account__dealer__code")
