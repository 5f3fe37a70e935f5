"""The stock climate: answers counted over the network, told to everybody, nobody's own shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.core import access
from apps.forecasting.models import ClimateWeights, PublishedFigure
from apps.forecasting.queries import climate
from apps.kernel.missing import Missing
from apps.kernel.period import Month
from apps.reports.models import Submission, SubmissionVersion

pytestmark = pytest.mark.django_db
JUNE = Month(2026, 6)
SYSTEM = access.system("test")


def answer(dealer, now, month: Month = JUNE, state: str = "submitted", **told: str) -> None:
    """A survey of a dealer; what is not told is unchanged."""
    values = dict.fromkeys(("demand", "stock", "daily_sales", "staff", "operations"), "same") | told
    row = Submission.objects.create(
        form="reports.survey",
        form_version="1",
        period=month.first,
        period_text=str(month),
        dealer=dealer,
        state=state,
        version=1,
        submitted_version=1,
        created_at=now,
        saved_at=now,
        saved_by="test",
        content={"values": {}},
    )
    SubmissionVersion.objects.create(
        submission=row,
        no=1,
        form_version="1",
        content={"values": values},
        findings=[],
        source="web",
        recorded_at=now,
        recorded_by="test",
    )


@pytest.fixture
def answered(network, now):
    """Of D001, D002, D003 one sees more stock, one less demand; D004 was returned, D005 is a draft."""
    answer(network.d1, now, stock="up")
    answer(network.d2, now, demand="down", daily_sales="down", state="approved")
    answer(network.d3, now, state="correcting")
    answer(network.d4, now, state="returned", stock="up")
    answer(network.d5, now, state="draft", stock="up")
    return network


def test_the_index_of_the_network(answered) -> None:
    found = climate.network(last=JUNE)[-1]
    assert found.answers == 3
    third = Decimal(100) / 3
    assert round(found.items["inventory"] - third - third, 10) == 0  # one of three more, two unchanged
    assert round(found.items["demand"] - third, 10) == 0
    assert isinstance(found.index, Decimal)
    # (100 − 33.3 + 66.7 + 100 − 33.3 + 50 + 50) ÷ 5 = 60
    assert round(found.index, 10) == 60
    assert found.pressed
    assert climate.network(last=JUNE)[-2].index == Missing("too_few_answers")


def test_weights_hold_from_their_month_on(answered) -> None:
    only_stock = {"demand": 0, "inventory": 1, "sales": 0, "staff": 0, "operations": 0}
    ClimateWeights.objects.create(effective_from=date(2026, 7, 1), **only_stock)
    assert round(climate.network(last=JUNE)[-1].index, 10) == 60
    ClimateWeights.objects.create(effective_from=date(2026, 6, 1), **only_stock)
    assert round(climate.network(last=JUNE)[-1].index, 4) == Decimal("66.6667")


def test_regions_need_three_answers_of_their_own(answered) -> None:
    region_a = climate.regions(month=JUNE)
    assert [(row.answers, round(row.index, 10)) for row in region_a] == [(3, 60)]
    SubmissionVersion.objects.filter(submission__dealer=answered.d3).update(
        content={"values": {"demand": "up"}}
    )
    assert climate.regions(month=JUNE)[0].index == Missing("too_few_answers")


def test_everybody_sees_the_network_and_nobody_s_answers(answered, client_of, d2_gm, hq_ops) -> None:
    address = reverse("forecasting:climate") + "?period=2026-06"
    for person in (d2_gm, hq_ops):
        page = client_of(person).get(address)
        assert page.status_code == 200
        text = page.content.decode()
        assert "60.00" in text and "CADA 2018-10" in text
    for dealer in (answered.d1, answered.d3):
        assert dealer.code not in text


def test_the_api_and_the_workbook_tell_the_same(answered, api_of, client_of, d1_gm, now, monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now.replace(month=6, day=30))
    rows = api_of(d1_gm).get("/api/v1/stock-climate/").json()
    assert (len(rows), rows[-1]["period"], rows[-1]["answers"]) == (24, "2026-06", 3)
    assert Decimal(rows[-1]["index"]) == 60
    assert rows[0]["index"] is None
    book = client_of(d1_gm).get(reverse("forecasting:climate") + "?period=2026-06&_export=xlsx")
    assert book.status_code == 200


def test_published_coefficients_are_shipped(db) -> None:
    found = PublishedFigure.objects.get(kind="coefficient", period=date(2018, 10, 1))
    assert found.value == Decimal("1.88")
