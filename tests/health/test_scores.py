"""The health score of three dimensions over real facts, with coverage, rank and what each KPI adds."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from apps.core import access
from apps.health.models import HealthScore, ScorecardVersion
from apps.kernel.period import Month
from apps.metrics import services as metrics
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


@pytest.mark.django_db
def test_a_kpi_added_by_an_administrator_is_scored_and_named(network, now, client_of, d1_gm, hq_admin):
    """D001 has 18 cars and sold 12: 1.5 cars for each sold, 75 of 100 points between 0 and 2."""
    values = {"formula": "inventory.stock_units / sales.retail_units", "unit": "number", "better": "higher"}
    metrics.save_custom_kpi(
        code="custom.depth",
        values=values | {"label_zh": "库存深度", "label_en": "Depth", "decimals": 2, "active": True},
        actor=access.system("test"),
        now=now,
    )
    version = ScorecardVersion(
        version=2,
        label_zh="自定义",
        label_en="Own",
        effective_from=JUNE.first,
        spec={
            "dimensions": [
                {
                    "code": "inventory",
                    "weight": "100",
                    "kpis": [
                        {
                            "kpi": "custom.depth",
                            "weight": "100",
                            "normaliser": "M",
                            "parameters": ["0", "2"],
                        }
                    ],
                }
            ]
        },
    )
    version.full_clean()
    version.save()
    receive(network.d1, JUNE, 18, now)
    sell(network.d1, JUNE, 12, now)
    close(JUNE, now)
    row = HealthScore.objects.get(dealer=network.d1)
    assert (row.score, row.coverage, row.scorecard) == (D("75.00"), 1, version)
    client = client_of(d1_gm)
    assert "库存深度" in client.get(f"/health/{row.pk}/").content.decode()
    metrics.save_custom_kpi(
        code="custom.depth",
        values=values | {"label_zh": "库存深度", "label_en": "Depth", "decimals": 2, "active": False},
        actor=access.system("test"),
        now=now,
    )
    assert "库存深度" in client.get(f"/health/{row.pk}/").content.decode()


@pytest.mark.django_db
def test_a_scorecard_over_an_unknown_kpi_is_refused(network):
    version = ScorecardVersion.objects.get()
    version.spec["dimensions"][0]["kpis"][0]["kpi"] = "custom.nowhere"
    with pytest.raises(ValidationError) as refused:
        version.full_clean()
    assert refused.value.message_dict == {"spec": ["未知指标：custom.nowhere"]}


@pytest.mark.django_db
def test_a_scorecard_that_scored_is_shown_not_changed(scored, client_of, hq_admin):
    client, version = client_of(hq_admin), ScorecardVersion.objects.get()
    address = f"/admin/health/scorecardversion/{version.pk}/change/"
    assert f"/admin/health/scorecardversion/add/?like={version.pk}" in client.get(address).content.decode()
    sent = {"code": "default", "version": 1, "label_zh": "x", "label_en": "x", "spec": "{}"}
    assert client.post(address, sent | {"effective_from": "2000-01-01"}).status_code == 403
    before = (version.label_zh, version.spec)
    version.refresh_from_db()
    assert (version.label_zh, version.spec) == before
    version.label_zh = "x"
    with pytest.raises(ValidationError, match="已有结果引用此版本，请新建版本。"):
        version.full_clean()
    form = client.get(f"/admin/health/scorecardversion/add/?like={version.pk}").context["adminform"].form
    assert (form.initial["version"], form.initial["spec"]) == (2, before[1])
