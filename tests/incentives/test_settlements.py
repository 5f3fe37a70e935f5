"""Quarterly growth rebates over real facts: to the fen, a line for every car, or no value with its reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.dealers.models import Dealer
from apps.incentives.models import ProgrammeVersion, Settlement, SettlementLine
from apps.kernel.period import Month, Quarter
from apps.sales.models import RetailDelivery
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


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["insert", "update", "delete", "move"])
def test_lines_of_a_frozen_settlement_refuse_every_write(settled, now, change):
    """The wall is the data base's own: it holds for whoever writes."""
    frozen = SettlementLine.objects.filter(settlement__period=Q2.months[-1].first).first()
    before = list(SettlementLine.objects.order_by("pk").values())
    writes = {
        "insert": lambda: SettlementLine.objects.create(
            dealer=settled.d2,
            settlement=Settlement.objects.get(dealer=settled.d2, period=Q2.months[-1].first),
            delivery=RetailDelivery.objects.filter(dealer=settled.d2).first(),
            base_amount=1,
            amount=1,
        ),
        "update": lambda: SettlementLine.objects.filter(pk=frozen.pk).update(amount=0),
        "delete": lambda: SettlementLine.objects.filter(pk=frozen.pk).delete(),
        "move": lambda: SettlementLine.objects.filter(pk=frozen.pk).update(
            dealer=settled.d2,
            settlement=Settlement.objects.get(dealer=settled.d2, period=Q2.months[-1].first),
            delivery=RetailDelivery.objects.filter(dealer=settled.d2).first(),
        ),
    }
    with pytest.raises(IntegrityError, match="revision 1 of 2026-06 is frozen"), transaction.atomic():
        writes[change]()
    assert list(SettlementLine.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_lines_of_an_open_settlement_can_be_replaced(network, now):
    for month in (BEFORE.months[0], Q2.months[0]):
        sell(network.d1, month, 2, now)
        close(month, now)
    assert SettlementLine.objects.count() == 2
    assert SettlementLine.objects.all().delete()[0] == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("cutoff", "settled_dealers"), [(None, ["D001", "D003"]), (25, ["D001", "D002"])])
def test_who_is_settled_follows_the_business_month(network, now, settings, cutoff, settled_dealers):
    """Under cut-off day 25 April is 03-26 to 04-25: who left 03-28 was there, who comes 04-28 is not."""
    settings.BUSINESS_CUTOFF_DAY = cutoff
    Dealer.objects.exclude(code__in=["D001", "D002", "D003"]).update(opened_on=date(2026, 5, 1))
    Dealer.objects.filter(code="D003").update(opened_on=date(2026, 4, 28))
    Dealer.objects.filter(code="D002").update(closed_on=date(2026, 3, 28))
    close(Q2.months[0], now)
    assert sorted(Settlement.objects.values_list("dealer__code", flat=True)) == settled_dealers


@pytest.mark.django_db
@pytest.mark.parametrize(("cutoff", "version"), [(None, 2), (25, 1)])
def test_the_version_in_force_is_that_of_the_business_month_end(network, now, settings, cutoff, version):
    settings.BUSINESS_CUTOFF_DAY = cutoff
    first = ProgrammeVersion.objects.get()
    ProgrammeVersion.objects.create(
        programme=first.programme,
        version=2,
        type=first.type,
        params=first.params,
        effective_from=date(2026, 4, 28),
    )
    close(Q2.months[0], now)
    assert set(Settlement.objects.values_list("version__version", flat=True)) == {version}


@pytest.mark.django_db
def test_a_dealer_that_closed_in_the_quarter_keeps_a_row_with_its_reason(network, now):
    sell(network.d1, Q2.months[0], 1, now)
    Dealer.objects.filter(code="D001").update(closed_on=date(2026, 4, 30))
    for month in Q2.months[:2]:
        close(month, now)
    row = Settlement.objects.get(dealer=network.d1, period=Q2.months[1].first)
    assert (row.amount, row.reason) == (None, "no_data:2026-05")
