from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_the_figures_of_the_home_page(figures, hq_admin, api_of):
    answer = api_of(hq_admin).get("/api/v1/dashboard/").json()
    assert (answer["period"], answer["revision"], answer["closed"]) == ("2026-06", 1, True)
    assert answer["subject"] == {"kind": "unit", "id": figures.hq.pk, "code": "HQ", "name": "总部"}
    units, coefficient = answer["kpis"]
    assert (units["code"], units["value"], units["previous"], units["year_ago"]) == (
        "sales.retail_units",
        "100.000000",
        "97.000000",
        "80.000000",
    )
    assert (coefficient["value"], coefficient["light"], coefficient["previous"]) == (
        "1.570000",
        "amber",
        None,
    )
    assert len(units["series"]) == 24
    assert units["series"][-2:] == [
        {"period": "2026-05", "value": "97.000000"},
        {"period": "2026-06", "value": "100.000000"},
    ]
    assert answer["missing_feeds"] == [
        {"feed": "sales.retail", "due": 5, "missing": 0},
        {"feed": "inventory.stock", "due": 5, "missing": 1},
    ]
    assert answer["open_alerts"] == 0


def test_a_dealer_reads_its_own_figures_and_place(figures, d2_gm, api_of):
    answer = api_of(d2_gm).get("/api/v1/dashboard/?period=2026-06").json()
    assert answer["subject"]["code"] == "D002"
    assert (answer["kpis"][0]["value"], answer["kpis"][0]["place"], answer["kpis"][0]["places"]) == (
        "30.000000",
        2,
        4,
    )
    assert answer["kpis"][1]["place"] is None
    assert [feed["missing"] for feed in answer["missing_feeds"]] == [0, 1]


@pytest.mark.parametrize(
    ("persona", "query"),
    [("d1_gm", "dealer=D002"), ("am_1", "dealer=D003"), ("hq_admin", "dealer=D999"), ("hq_admin", "unit=0")],
)
def test_what_is_not_yours_does_not_exist(persona, query, figures, cast, api_of):
    response = api_of(cast[persona]).get(f"/api/v1/dashboard/?{query}")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_another_unit_of_the_reach(figures, reg_a, api_of):
    api = api_of(reg_a)
    assert api.get(f"/api/v1/dashboard/?unit={figures.area_1.pk}").json()["kpis"][0]["value"] == "70.000000"
    assert api.get(f"/api/v1/dashboard/?unit={figures.region_b.pk}").status_code == 404


def test_the_ranking(figures, hq_admin, api_of):
    answer = api_of(hq_admin).get("/api/v1/ranking/?kpi=inventory.coefficient&limit=2").json()
    assert answer["count"] == 4
    assert [(row["place"], row["dealer"], row["value"], row["previous"]) for row in answer["results"]] == [
        (1, "D003", "2.600000", None),
        (2, "D002", "1.600000", None),
    ]


def test_the_ranking_refuses_what_it_does_not_know(figures, hq_admin, api_of):
    api = api_of(hq_admin)
    assert api.get("/api/v1/ranking/?kpi=nothing.known").status_code == 404
    refused = api.get("/api/v1/ranking/?store_type=castle")
    assert refused.status_code == 400
    assert set(refused.json()["fields"]) == {"store_type"}


def test_dealers_have_no_ranking_and_nobody_without_a_token(figures, d1_gm, api_of, client):
    assert api_of(d1_gm).get("/api/v1/ranking/").status_code == 403
    assert client.get("/api/v1/dashboard/").status_code == 401
