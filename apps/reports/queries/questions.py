"""The register of everything asked, and the burden of each form over the network of a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q

from apps.accounts.models import Assignment
from apps.dealers import queries as dealers
from apps.reports import registry
from apps.reports.rules import questions
from apps.reports.rules.declaration import Owner, ReportForm


def all_forms() -> list[ReportForm]:
    """The declared forms by name."""
    return sorted(registry.forms().values(), key=lambda form: str(form.label))


def by_form() -> list[tuple[ReportForm, list[questions.Question]]]:
    """The questions of every form."""
    return [(form, list(questions.asked([form]))) for form in all_forms()]


def like(text: str) -> list[questions.Question]:
    """The questions whose name contains the text or is contained in it."""
    wanted = questions.normal(text)
    if not wanted:
        return []
    return [
        each
        for each in questions.asked(all_forms())
        if wanted in (said := questions.normal(each.field.label)) or (len(said) > 3 and said in wanted)
    ]


def burdens(*, on: date) -> list[questions.Burden]:
    """The burden of each form, the heaviest first."""
    stores = dealers.standing_on(on).values("dealer_id").distinct().count()
    held = Assignment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    by_role: dict[str, dict[str, Any]] = {
        row["role"]: row
        for row in held.filter(user__is_active=True)
        .values("role")
        .annotate(users=Count("user", distinct=True), units=Count("unit", distinct=True))
    }

    def owners(form: ReportForm) -> int:
        if form.owner is Owner.DEALER:
            return stores
        column = "users" if form.owner is Owner.PERSON else "units"
        return sum(by_role.get(str(role), {}).get(column, 0) for role in form.roles)

    found = [questions.burden(form, {form.code: owners(form)}) for form in all_forms()]
    return sorted(found, key=lambda each: -each.hours)
