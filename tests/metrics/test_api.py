"""The API tells the dictionary, values, explanations and feeds of the caller's dealers, and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.kernel.period import Month
from apps.metrics import services
from apps.metrics.models import CustomKpi, FeedStatus
from tests.metrics.store import JUNE, fact

MAY = Month(2026, 5)


@pytest.fixture
def june(network, declared, now, compute):
    for dealer, stock, sold in ((network.d1, "1350", "1000"), (network.d2, "10", "500")):
        fact("stock", dealer, MAY, stock, now)
        fact("sold", dealer, JUNE, sold, now)
        for feed in ("test.sales", "test.stock"):
            services.mark_reported(feed=feed, pairs=[(dealer.pk, JUNE)], source="t", now=now)
    compute()
    return network


def post(client, url: str, body: dict, key: str = "key-00000001"):
    return client.post(url, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_the_dictionary(june, api_of, d1_gm) -> None:
    answer = api_of(d1_gm).get("/api/v1/kpis/?limit=1000").json()
    found = {row["code"]: row for row in answer["results"]}
    assert answer["count"] == len(found)
    assert found["test.coefficient"] == {
        "code": "test.coefficient",
        "label_zh": "指标 test.coefficient",
        "label_en": "EN test.coefficient",
        "formula": "test.stock / test.sold",
        "unit": "months",
        "better": "band",
        "decimals": 2,
        "limits": {"low_red": None, "low_amber": "0.8", "high_amber": "1.5", "high_red": "2.5"},
        "owner": "hq_operations",
        "source": "",
        "needs": [],
        "has_source": True,
        "version": 1,
    }


def test_kpi_values_of_a_month(june, api_of, hq_ops, d1_gm) -> None:
    url = "/api/v1/kpi-values/?kpi=test.coefficient&period=2026-06"
    rows = api_of(hq_ops).get(url).json()["results"]
    assert [(row["dealer"], row["value"]) for row in rows][:2] == [("D001", "1.350000"), ("D002", "0.020000")]
    assert rows[0] == {
        "kpi": "test.coefficient",
        "dealer": "D001",
        "period": "2026-06-01",
        "revision": 1,
        "value": "1.350000",
        "numerator": "1350.000000",
        "denominator": "1000.000000",
        "reason": "",
        "version": 1,
    }
    assert [row["reason"] for row in rows[2:]] == ["missing:test.stock"] * 3
    own = api_of(d1_gm).get(url).json()
    assert (own["count"], own["results"][0]["dealer"]) == (1, "D001")
    assert api_of(d1_gm).get(url + "&dealer=D002").json()["results"] == []


def test_values_of_units(june, api_of, hq_ops, reg_a, d1_gm) -> None:
    url = "/api/v1/unit-values/?kpi=test.coefficient&period=2026-06"
    found = {row["unit"]: row for row in api_of(hq_ops).get(url).json()["results"]}
    assert found["HQ"] == {
        "kpi": "test.coefficient",
        "unit": "HQ",
        "period": "2026-06-01",
        "revision": 1,
        "value": "0.906667",
        "mean": "0.685000",
        "numerator": "1360.000000",
        "denominator": "1500.000000",
        "dealers_counted": 2,
        "dealers_total": 5,
    }
    assert sorted(found) == ["HQ", "JS", "RA", "RB", "ZJ", "ZJ1", "ZJ2"]
    reached = {row["unit"] for row in api_of(reg_a).get(url).json()["results"]}
    assert reached == {"RA", "ZJ", "ZJ1", "ZJ2"}
    assert api_of(d1_gm).get(url).json()["results"] == []


def test_values_as_known_on_a_day(june, api_of, hq_ops, now) -> None:
    services.finish(month=JUNE, revision=1, result_hash="", now=now.replace(day=3), freeze=True)
    services.open_reading(month=JUNE, reason="late")
    services.begin(month=JUNE, revision=2, now=now)
    fact("sold", june.d1, JUNE, "350", now)
    services.collect(month=JUNE, revision=2)
    services.compute_kpis(month=JUNE, revision=2)
    services.finish(month=JUNE, revision=2, result_hash="", now=now.replace(day=9), freeze=False)
    client = api_of(hq_ops)
    url = "/api/v1/measure-values/?measure=test.sold&period=2026-06&dealer=D001&dimension="
    values = {
        day: [
            row["value"]
            for row in client.get(f"{url}&known_on={day}").json()["results"]
            if not row["dimension"]
        ]
        for day in ("2026-07-02", "2026-07-03", "2026-07-09")
    }
    assert values == {
        "2026-07-02": [],
        "2026-07-03": ["1000.000000"],
        "2026-07-09": ["1350.000000"],
    }
    explained = "/api/v1/kpi-values/test.coefficient/D001/2026-06/explain/"
    assert client.get(f"{explained}?known_on=2026-07-04").json()["value"] == "1.350000"
    assert client.get(explained).json()["value"] == "1.000000"
    assert client.get(f"{explained}?known_on=2026-07-02").status_code == 404
    assert client.get(f"{url}&known_on=yesterday").status_code == 400
    assert client.get("/api/v1/kpi-values/?period=2026-6").status_code == 400


def test_an_explanation(june, api_of, hq_ops, d1_gm) -> None:
    answer = api_of(hq_ops).get("/api/v1/kpi-values/test.coefficient/D001/2026-06/explain/").json()
    assert answer["value"] == "1.350000"
    assert answer["formula"] == "test.stock / test.sold"
    assert answer["inputs_changed"] is False
    assert [(each["code"], each["period"], each["value"]) for each in answer["inputs"]] == [
        ("test.stock", "2026-06", "1350.000000"),
        ("test.sold", "2026-06", "1000.000000"),
    ]
    assert api_of(d1_gm).get("/api/v1/kpi-values/test.coefficient/D002/2026-06/explain/").status_code == 404
    assert api_of(d1_gm).get("/api/v1/kpi-values/no.such/D001/2026-06/explain/").status_code == 404


def test_a_nil_return_has_one_effect(june, api_of, d1_gm) -> None:
    client = api_of(d1_gm)
    body = {"dealer": "D001", "period": "2026-05", "feed": "test.sales"}
    first, again = post(client, "/api/v1/feeds/", body), post(client, "/api/v1/feeds/", body)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.json() == {"dealer": "D001", "period": "2026-05", "feed": "test.sales", "state": "nil"}
    assert FeedStatus.objects.filter(state="nil").count() == 1
    rows = client.get("/api/v1/feeds/?state=nil").json()["results"]
    assert [(row["dealer"], row["period"], row["feed"]) for row in rows] == [
        ("D001", "2026-05-01", "test.sales")
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"dealer": "D002", "period": "2026-05", "feed": "test.sales"}, 400),
        ({"dealer": "D001", "period": "2026-05"}, 400),
        ({"dealer": "D001", "period": "May", "feed": "test.sales"}, 400),
        ({"dealer": "D001", "period": "2026-05", "feed": "no.such"}, 409),
        ({"dealer": "D001", "period": "2026-06", "feed": "test.sales"}, 409),
    ],
)
def test_a_refused_nil_return_changes_nothing(june, api_of, d1_gm, body, status) -> None:
    before = FeedStatus.objects.count()
    assert post(api_of(d1_gm), "/api/v1/feeds/", body).status_code == status
    assert FeedStatus.objects.count() == before
    assert not FeedStatus.objects.filter(state="nil").exists()


def test_a_custom_kpi_by_api(june, api_of, hq_ops, d1_gm) -> None:
    body = {
        "code": "custom.sold_twice",
        "label_zh": "两倍销量",
        "label_en": "Twice sold",
        "formula": "test.sold * 2",
        "unit": "units",
        "better": "higher",
        "decimals": 0,
    }
    answer = post(api_of(hq_ops), "/api/v1/kpis/", body)
    assert (answer.status_code, answer.json()["version"]) == (201, 1)
    assert post(api_of(d1_gm), "/api/v1/kpis/", body).status_code == 403
    wrong = post(api_of(hq_ops), "/api/v1/kpis/", body | {"formula": "no.such"}, key="key-00000002")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "bad_formula")
    assert post(api_of(hq_ops), "/api/v1/kpis/", body | {"unit": "x"}, key="key-00000003").status_code == 400
    assert CustomKpi.objects.get().formula == "test.sold * 2"
    assert Decimal(CustomKpi.objects.get().decimals) == 0


def test_nobody_without_a_token(client, june) -> None:
    for url in ("kpis", "kpi-values", "measure-values", "feeds"):
        assert client.get(f"/api/v1/{url}/").status_code == 401
