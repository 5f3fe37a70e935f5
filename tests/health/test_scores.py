"""The health score of three dimensions over real facts, with coverage, rank and what each KPI adds."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest

from apps.health.models import HealthScore, ScorecardVersion
from apps.kernel.period import Month
from tests.factories.facts import close, receive, sell

JUNE = Month(2026, 6)


@pytest.fixture
def scored(network, now):
    """D001 grew by half with 1.5 months of stock; D002 has no last year."""
    sell(network.d1, JUNE.year_ago, 8, now)
    close(JUNE.year_ago, now)
    receive(network.d1, JUNE, 18, now)
    sell(network.d1, JUNE, 12, now)
    receive(network.d2, JUNE, 10, now)
    sell(network.d2, JUNE, 10, now)
    close(JUNE, now)
    return network


@pytest.mark.django_db
def test_all_dimensions(scored, client_of, d1_gm):
    row = HealthScore.objects.get(dealer=scored.d1, period=JUNE.first)
    late = D(0)  # the facts of June were reported on the twelfth of July, after the due day
    expected = (D(100) * 50 + D("76.923077") * 30 + late * 20) / 100
    assert row.score == expected.quantize(D("0.01")) == D("73.08")
    assert (row.coverage, row.grade, row.rank, row.ranked) == (1, "B", 1, 1)
    parts = [kpi["adds"] for part in row.trace["dimensions"] for kpi in part["kpis"]]
    assert sum(D(part) for part in parts) == row.score
    page = client_of(d1_gm).get(f"/health/{row.pk}/").content.decode()
    assert "73.08" in page and "76.92" in page


@pytest.mark.django_db
def test_missing_last_year_lowers_coverage_not_the_score(scored):
    row = HealthScore.objects.get(dealer=scored.d2, period=JUNE.first)
    assert (row.coverage, row.grade, row.rank) == (D("0.5"), "", None)
    # inventory 100 × 30 and discipline 0 × 20 of 50
    assert row.score == D("60.00")


@pytest.mark.django_db
def test_the_list_shows_the_picked_month_unless_all_are_asked_for(scored, client_of, hq_ops):
    client = client_of(hq_ops)

    def months(query):
        body = client.get(f"/health/{query}").content.decode().split("<tbody>", 1)[1]
        return set(re.findall(r">(20[0-9]{2}-[0-9]{2})<", body))

    assert months("") == {"2026-06"}
    assert months("?period=2025-06") == {"2025-06"}
    assert months("?months=all") == {"2025-06", "2026-06"}


@pytest.mark.django_db
def test_foreign_scores_do_not_exist(scored, client_of, api_of, d2_gm):
    row = HealthScore.objects.get(dealer=scored.d1, period=JUNE.first)
    assert client_of(d2_gm).get(f"/health/{row.pk}/").status_code == 404
    assert api_of(d2_gm).get(f"/api/v1/health-scores/{row.pk}/").status_code == 404
    assert {each["dealer"] for each in api_of(d2_gm).get("/api/v1/health-scores/").json()["results"]} == {
        "D002"
    }


@pytest.mark.django_db
def test_a_later_scorecard_does_not_touch_earlier_months(scored, now):
    spec = ScorecardVersion.objects.get().spec
    spec["dimensions"] = spec["dimensions"][1:]
    ScorecardVersion.objects.create(
        version=2, label_zh="二", label_en="two", spec=spec, effective_from=Month(2026, 7).first
    )
    close(JUNE, now)
    row = HealthScore.objects.get(dealer=scored.d1, period=JUNE.first)
    assert (row.score, row.scorecard.version) == (D("73.08"), 1)
