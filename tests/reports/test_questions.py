"""Nothing is asked twice, every form is complete in Chinese, and its burden is known."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from apps.reports import registry
from apps.reports.queries import questions as queries
from apps.reports.rules import questions
from apps.reports.rules.declaration import ReportForm
from apps.reports.rules.layout import layout_of

OWN = [form for code, form in sorted(registry.forms().items()) if code.startswith("reports.")]


def test_all_forms_of_the_room_are_declared() -> None:
    assert [form.code.partition(".")[2] for form in OWN] == [
        "appraisal",
        "attendance",
        "bonus",
        "effect",
        "market",
        "plan",
        "promotion",
        "survey",
        "ten_day",
        "work",
    ]


@pytest.mark.parametrize("form", OWN, ids=lambda form: form.code)
def test_a_form_asks_eight_fields_or_more_and_nothing_that_another_asks(form: ReportForm) -> None:
    asked = list(questions.asked([form]))
    assert 8 <= len(asked) <= 18
    others = registry.forms().values()
    assert [(each.code, found.form.code) for each, found in questions.twice(form, others)] == []


@pytest.mark.parametrize("form", OWN, ids=lambda form: form.code)
def test_a_form_speaks_chinese(form: ReportForm) -> None:
    with override("zh-hans"):
        said = [str(form.label), *(str(each.label) for each in form.by_code.values())]
    assert [text for text in said if text.isascii()] == []


@pytest.mark.parametrize("form", OWN, ids=lambda form: form.code)
def test_the_document_of_all_forms_tells_of_every_field(form: ReportForm) -> None:
    told = (settings.BASE_DIR / "docs" / "report-forms.md").read_text(encoding="utf-8")
    part = told.partition(f"`{form.code}` ·")[2].partition("\n## ")[0]
    layout = layout_of(form)
    with override("zh-hans"):
        for code, each in form.by_code.items():
            assert f"| {layout.place(code, 1)[0]} | {each.label} |" in part
            assert f"| `{code}` |" in part


@pytest.mark.django_db
def test_the_burden_counts_fields_owners_and_minutes(network, cast) -> None:
    found = {each.form.code: each for each in queries.burdens(on=timezone.localdate())}
    ten_day = found["reports.ten_day"]
    assert (ten_day.owners, ten_day.times, ten_day.fields) == (5, 36, 11)
    assert (ten_day.answers, ten_day.hours) == (1980, 36)
    survey = found["reports.survey"]
    assert (survey.given, survey.fields) == (2, 8)
    assert found["reports.plan"].owners == 3
