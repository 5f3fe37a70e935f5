"""docs/recipes/add-a-duty-rule.md, followed."""

from __future__ import annotations

import re
from datetime import date

import pytest

from apps.kernel.period import Month
from apps.kernel.recurrence import parse
from apps.reports import occasions
from apps.reports.models import Duty, DutyRule
from apps.reports.services import generating
from tests.recipes import pages

RULE = pages.block("add-a-duty-rule.md", "rule").plain


@pytest.mark.django_db
def test_every_dealer_but_the_exempt_owes_it(network, client_of, hq_admin, d1_sm, now):
    answer = client_of(hq_admin).post("/admin/reports/dutyrule/add/", RULE)
    assert answer.status_code == 302, answer.content.decode()
    DutyRule.objects.exclude(code=RULE["code"]).delete()
    assert generating.generate(month=Month(2026, 7), now=now) == 12
    days = Duty.objects.filter(dealer=network.d1).order_by("due_on").values_list("due_on", flat=True)
    assert list(days) == [date(2026, 7, 10), date(2026, 7, 20), date(2026, 7, 30)]
    assert not Duty.objects.filter(dealer=network.d3).exists()
    page = client_of(d1_sm).get("/reports/duties/?month=2026-07").content.decode()
    assert RULE["name_zh"] in page


@pytest.mark.django_db
def test_what_happens_starts_a_duty_by_itself(write, monkeypatch, network, am_1, actor_of, now):
    monkeypatch.setattr(occasions, "_occasions", dict(occasions._occasions))
    recipe = write("add-a-duty-rule.md", "apps/inventory/receipts.py")
    given = {"receipt": 7, "dealer_id": network.d1.pk, "note": "划伤", "actor": actor_of(am_1), "now": now}
    recipe.damaged(**given)
    recipe.damaged(**given)
    assert list(Duty.objects.order_by("code").values_list("code", "note")) == [
        ("A1-05", "划伤"),
        ("A1-06", "划伤"),
    ]


def test_what_the_page_writes_can_be_read():
    text = (pages.RECIPES / "add-a-duty-rule.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ") and re.search("[逢每月]", line)]
    said = [line.split("|")[1].strip() for line in lines[:7]]
    pieces = [piece for cell in said for piece in re.split(", (?!遇)", cell)]
    pieces += re.findall(r"`([A-Z_]+\([^`]*\))`", text)
    assert len(pieces) > 15
    for piece in pieces:
        assert parse(piece).parts, piece


@pytest.mark.django_db
def test_a_rule_that_cannot_be_read_is_refused(network, client_of, hq_admin):
    answer = client_of(hq_admin).post("/admin/reports/dutyrule/add/", RULE | {"rule_text": "有空的时候"})
    assert answer.status_code == 200
    assert not DutyRule.objects.filter(code=RULE["code"]).exists()
