"""Quarterly growth rebates over real facts: to the fen, a line for every car, or no value with its reason."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from apps.incentives.models import ProgrammeVersion, Settlement, SettlementLine
from apps.kernel.period import Month, Quarter
from tests.factories.facts import close, sell

Q2, BEFORE = Quarter(2026, 2), Quarter(2025, 2)


@pytest.fixture
def settled(network, now):
    """D001 sold 10 cars in the second quarter of 2025 and 12 in that of 2026, D002 only 3 in 2026."""
    for quarter, units in ((BEFORE, (3, 3, 4)), (Q2, (4, 4, 4))):
        for month, count in zip(quarter.months, units, strict=True):
            sell(network.d1, month, count, now)
    for month in Q2.months:
        sell(network.d2, month, 1, now)
    for month in (*BEFORE.months, *Q2.months):
        close(month, now, freeze=True)
    return network


@pytest.mark.django_db
def test_growth_of_20_percent_reaches_the_highest_tier(settled, client_of, d1_gm):
    row = Settlement.objects.get(dealer=settled.d1, period=Q2.months[-1].first)
    assert (row.quarter, row.achievement, row.rate) == ("2026Q2", D("0.200000"), D("0.015000"))
    assert (row.base_amount, row.amount, row.facts) == (D("1200000.00"), D("18000.00"), 12)
    lines = SettlementLine.objects.filter(settlement=row)
    assert sum(line.amount for line in lines) == D("18000.00")
    assert {line.amount for line in lines} == {D("1500.00")}
    page = client_of(d1_gm).get(f"/incentives/{row.pk}/").content.decode()
    assert "18,000.00" in page and "20% → 1.5%" in page
    listed = client_of(d1_gm).get(f"/incentives/{row.pk}/lines/").content.decode()
    assert listed.count("1,500.00") == 12


@pytest.mark.django_db
def test_quarter_to_date_compares_the_same_months(settled):
    row = Settlement.objects.get(dealer=settled.d1, period=Q2.months[0].first)
    # April: 4 against 3
    assert (row.achievement, row.amount) == (D("0.333333"), D("6000.00"))


@pytest.mark.django_db
def test_without_last_year_there_is_no_value(settled, client_of, d2_gm):
    row = Settlement.objects.get(dealer=settled.d2, period=Q2.months[-1].first)
    assert (row.amount, row.reason, row.facts) == (None, "no_data:2025-04", 0)
    page = client_of(d2_gm).get(f"/incentives/{row.pk}/").content.decode()
    assert "无数值：缺少 2025-04 的数据" in page.replace(":", "：")


@pytest.mark.django_db
def test_a_foreign_settlement_does_not_exist(settled, client_of, api_of, d2_gm):
    row = Settlement.objects.get(dealer=settled.d1, period=Q2.months[-1].first)
    assert client_of(d2_gm).get(f"/incentives/{row.pk}/").status_code == 404
    assert client_of(d2_gm).get(f"/incentives/{row.pk}/lines/").status_code == 404
    api = api_of(d2_gm)
    assert api.get(f"/api/v1/settlements/{row.pk}/").status_code == 404
    found = api.get("/api/v1/settlements/").json()["results"]
    assert {each["dealer"] for each in found} == {"D002"}


@pytest.mark.django_db
def test_computing_again_gives_the_same(network, now):
    month = Month(2026, 6)
    sell(network.d1, month, 3, now)
    close(month, now)
    before = list(Settlement.objects.values("dealer", "amount", "reason", "trace"))
    close(month, now)
    assert list(Settlement.objects.values("dealer", "amount", "reason", "trace")) == before


@pytest.mark.django_db
def test_a_settled_version_refuses_changes(settled):
    version = ProgrammeVersion.objects.get()
    version.params = {"tiers": [{"from": "0", "rate": "1"}]}
    with pytest.raises(ValidationError):
        version.full_clean()


@pytest.mark.django_db
def test_wrong_parameters_are_refused(network):
    version = ProgrammeVersion.objects.get()
    version.params = {"tiers": [{"from": "0.2", "rate": "1"}, {"from": "0.1", "rate": "1"}]}
    with pytest.raises(ValidationError) as refused:
        version.full_clean()
    assert "params" in refused.value.message_dict
