from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.admin import VersionAdmin
from apps.kernel.workdays import Shift
from apps.reports import calendars
from apps.reports.models.duties import DutyRule


@admin.register(DutyRule)
class DutyRuleAdmin(VersionAdmin):
    """Rules are changed by a version with a later start; what is owed already stays."""

    list_display = ("code", "version", "name_zh", "role", "when_due", "effective_from", "active")
    list_filter = ("role", "owner", "active")
    search_fields = ("code", "name_zh", "name_en", "rule_text")
    ordering = ("code", "-version")
    readonly_fields = ("next_dates",)

    @admin.display(description=_("Rule"), ordering="rule_text")
    def when_due(self, rule: DutyRule) -> str:
        """The rule in words."""
        return rule.said

    @admin.display(description=_("Next twelve dates"))
    def next_dates(self, rule: Any) -> str:
        """The rule in words and on a calendar, as it was saved last."""
        if rule is None or rule.pk is None:
            return str(_("Save and continue editing to see them, or use “Try a rule”."))
        since = max(timezone.localdate(), rule.effective_from)
        shown = calendars.preview(rule.recurrence, Shift(rule.shift), since)
        return render_to_string("reports/_preview.html", {"preview": shown})
