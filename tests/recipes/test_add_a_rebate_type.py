"""docs/recipes/add-a-rebate-type.md, followed."""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest

from apps.incentives.models import Programme, Settlement, SettlementLine
from apps.incentives.rules import catalogue
from apps.incentives.rules.outcome import Facts, Sale
from apps.kernel.missing import Missing
from apps.kernel.period import Quarter
from tests.factories.facts import close, sell
from tests.recipes import pages

PAGE = "add-a-rebate-type.md"
QUARTER, BEFORE = Quarter(2026, 2), Quarter(2025, 2)


@pytest.fixture
def kind(write, append, monkeypatch):
    """The type of the recipe, in the catalogue."""
    write(PAGE, "apps/incentives/rules/growth_linear.py")
    printed = append(PAGE, "apps/incentives/rules/catalogue.py").TYPES
    held = catalogue.growth_cliff.TYPE
    assert printed["growth_cliff"] is held
    for module in ("services.settling", "models.programmes", "views.settlements", "tables.settlements"):
        monkeypatch.setattr(f"apps.incentives.{module}.TYPES", printed)
    return printed["growth_linear"]


@pytest.fixture
def programme(kind, network, client_of, hq_admin):
    """The programme, made in the admin site as the recipe says."""
    body = {
        "code": "linear",
        "label_zh": "按比例返利",
        "label_en": "Linear rebate",
        "versions-TOTAL_FORMS": "1",
        "versions-INITIAL_FORMS": "0",
        "versions-0-version": "1",
        "versions-0-type": "growth_linear",
        "versions-0-params": json.dumps(pages.block(PAGE, "params").plain),
        "versions-0-effective_from": "2026-04-01",
    }
    answer = client_of(hq_admin).post("/admin/incentives/programme/add/", body)
    assert answer.status_code == 302, answer.content.decode()
    return Programme.objects.get(code="linear")


@pytest.mark.django_db
def test_a_quarter_is_settled_and_shown(programme, network, client_of, api_of, d1_gm, now):
    for quarter, units in ((BEFORE, (3, 3, 4)), (QUARTER, (4, 3, 4))):
        for month, count in zip(quarter.months, units, strict=True):
            sell(network.d1, month, count, now)
    for month in (*BEFORE.months, *QUARTER.months):
        close(month, now, freeze=True)

    row = Settlement.objects.get(
        version__programme=programme, dealer=network.d1, period=QUARTER.months[-1].first
    )
    # 11 cars after 10: growth 10 %, half of the 20 % that earn the full 2 %
    assert (row.achievement, row.rate, row.amount) == (D("0.100000"), D("0.010000"), D("11000.00"))
    lines = SettlementLine.objects.filter(settlement=row)
    assert [line.amount for line in lines] == [D("1000.00")] * 11
    page = client_of(d1_gm).get(f"/incentives/{row.pk}/").content.decode()
    assert "11,000.00" in page
    assert "增长折算比例" in page and "同比增长" not in page.split("本季零售台数")[0]
    assert "本季零售台数同比增长达到20%时按零售金额的2%返利" in page
    found = api_of(d1_gm).get("/api/v1/settlements/").json()["results"]
    assert ("linear", "11000.00") in {(each["programme"], each["amount"]) for each in found}


@pytest.mark.django_db
def test_wrong_parameters_are_refused_by_the_admin_site(kind, network, client_of, hq_admin):
    body = {
        "code": "wrong",
        "label_zh": "错",
        "label_en": "Wrong",
        "versions-TOTAL_FORMS": "1",
        "versions-INITIAL_FORMS": "0",
        "versions-0-version": "1",
        "versions-0-type": "growth_linear",
        "versions-0-params": '{"rate": "2"}',
        "versions-0-effective_from": "2026-04-01",
    }
    answer = client_of(hq_admin).post("/admin/incentives/programme/add/", body)
    assert answer.status_code == 200
    assert not Programme.objects.filter(code="wrong").exists()


def sales(*amounts: str | None, units: int = 1) -> tuple[Sale, ...]:
    return tuple(
        Sale(f"{no:03d}", D(units), None if text is None else D(text)) for no, text in enumerate(amounts)
    )


def test_the_rule_alone(kind):
    params = kind.read({"rate": "0.02", "full_at": "0.2"})
    paid = kind.settle(Facts(sales("100000.05", "99999.99", "88000.00"), D(2)), params)
    # growth 50 % is more than 20 %: the full rate
    assert (paid.rate, paid.amount) == (D("0.02"), D("5760.00"))
    assert [line.amount for line in paid.lines] == [D("2000.00"), D("2000.00"), D("1760.00")]
    assert kind.settle(Facts(sales("1.00"), D(4)), params).amount == D("0.00")
    assert kind.settle(Facts(sales("1.00"), Missing("no_data:2025-04")), params).reason == "no_data:2025-04"
    assert kind.settle(Facts(sales("1.00", None), D(4)), params).reason == "amount_missing"
    assert kind.settle(Facts(sales("1.00"), D(0)), params).amount is None
    returned = Sale("r", D(-1), D("88000.00"))
    kept = kind.settle(Facts((*sales("100000.00", "99999.00", "88000.00"), returned), D(1)), params)
    assert kept.amount == D("3999.98")
