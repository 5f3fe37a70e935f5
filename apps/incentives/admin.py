from django.contrib import admin

from apps.core.kit.admin import AuditedAdmin
from apps.incentives.models import ComplianceRule, StandardText


@admin.register(ComplianceRule)
class ComplianceRuleAdmin(AuditedAdmin):
    """How grave a rule of the compliance guard is, the article it cites, and whether it is in use."""

    list_display = ("code", "level", "active", "article_zh")
    list_filter = ("level", "active")
    ordering = ("code",)


@admin.register(StandardText)
class StandardTextAdmin(AuditedAdmin):
    """Standard clauses at the end of every bulletin."""

    list_display = ("code", "order", "active", "text_zh")
    ordering = ("order", "code")
