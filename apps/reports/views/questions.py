"""Everything that is asked, whether something new is asked already, and the burden it makes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import SimplePage
from apps.reports import policies
from apps.reports.queries import questions as queries


class QuestionList(SimplePage):
    action = policies.OVERSEE
    title = _("Everything that is asked")
    template_name = "reports/questions.html"

    def context(self) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()
        burdens = queries.burdens(on=timezone.localdate())
        return {
            "subtitle": _("Nothing is asked twice: look here before you add a field to a form."),
            "asked": text,
            "found": queries.like(text) if text else (),
            "burdens": burdens,
            "answers": sum(each.answers for each in burdens),
            "hours": sum(each.hours for each in burdens),
            "fields": sum(each.fields for each in burdens),
            "questions": queries.by_form() if not text else (),
        }
