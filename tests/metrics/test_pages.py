"""Every number is explained: its formula, its inputs, the facts beneath, and what is missing."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import access
from apps.core.models import AuditEvent
from apps.kernel.period import Month
from apps.metrics import services
from apps.metrics.models import CustomKpi, FeedStatus, KpiRule, KpiSetting, KpiValue
from tests.conftest import WALLS
from tests.metrics.store import JUNE, fact

MAY, JULY = Month(2026, 5), Month(2026, 7)
EXPLAIN = "/metrics/explain/test.coefficient"


@pytest.fixture
def june(network, declared, now, compute):
    """D001 1350 / 1000, D002 10 / 500, D003 without stock feed, D004 and D005 nothing; June computed."""
    for dealer, stock, sold in ((network.d1, "1350", "1000"), (network.d2, "10", "500")):
        fact("stock", dealer, MAY, stock, now)
        fact("sold", dealer, JUNE, sold, now)
        for feed in ("test.sales", "test.stock"):
            services.mark_reported(feed=feed, pairs=[(dealer.pk, JUNE)], source="t", now=now)
    fact("sold", network.d3, JUNE, "7", now)
    services.mark_reported(feed="test.sales", pairs=[(network.d3.pk, JUNE)], source="t", now=now)
    compute()
    return network


@pytest.fixture
def page(client_of):
    """GET a page as a user, in English; returns status and text."""

    def get(user, url: str, lang: str = "en") -> tuple[int, str]:
        client = client_of(user)
        client.cookies["django_language"] = lang
        response = client.get(url)
        return response.status_code, response.content.decode()

    return get


def test_the_explanation_of_a_value(june, page, hq_ops) -> None:
    status, text = page(hq_ops, f"{EXPLAIN}/D001/2026-06/")
    assert status == 200
    assert "EN test.coefficient" in text
    assert "1.35" in text
    assert "test.stock ÷ test.sold" in text
    assert "test.stock / test.sold" in text
    assert "1,350" in text
    assert "1,000" in text
    assert "/metrics/facts/test.stock/D001/2026-06/" in text
    assert '<dd class="num">v1</dd>' in text
    assert "Interim figures" in text
    assert "Revision 1" in text


def test_the_explanation_speaks_chinese(june, page, hq_ops) -> None:
    _status, text = page(hq_ops, f"{EXPLAIN}/D003/2026-06/", lang="zh-hans")
    assert "指标 test.coefficient" in text
    assert "缺少：test.stock" in text


def test_the_explanation_of_a_gap_says_how_to_mend_it(june, page, hq_ops) -> None:
    status, text = page(hq_ops, f"{EXPLAIN}/D003/2026-06/")
    assert status == 200
    assert "missing: test.stock" in text
    assert "test.stock of 2026-06 has not come." in text
    assert "/metrics/feeds/?period=2026-06&amp;search=D003" in text
    _status, text = page(hq_ops, "/metrics/explain/test.growth/D001/2026-06/")
    assert "test.sales of 2026-05 has not come." in text
    _status, text = page(hq_ops, "/metrics/explain/test.trend/D001/2026-06/")
    assert "2026-05 had not been computed." in text
    assert "/metrics/explain/test.coefficient/D001/2026-06/" in text


def test_a_month_that_was_not_computed(june, page, hq_ops) -> None:
    status, text = page(hq_ops, f"{EXPLAIN}/D001/2026-05/")
    assert status == 200
    assert "2026-05 has not been computed." in text


@pytest.mark.parametrize(
    "url",
    [
        f"{EXPLAIN}/D002/2026-06/",
        f"{EXPLAIN}/D999/2026-06/",
        f"{EXPLAIN}/unit/RB/2026-06/",
        f"{EXPLAIN}/unit/HQ/2026-06/",
        "/metrics/facts/test.sold/D002/2026-06/",
        "/metrics/kpis/test.coefficient/?dealer=D002",
        "/metrics/kpis/test.coefficient/?unit=HQ",
        "/metrics/explain/no.such/D001/2026-06/",
        f"{EXPLAIN}/D001/2026-13/",
        "/metrics/facts/no.such/D001/2026-06/",
        "/metrics/feeds/D002/test.sales/2026-06/nil/",
    ],
)
def test_what_is_not_mine_does_not_exist(june, page, d1_gm, url) -> None:
    assert page(d1_gm, url)[0] == 404


def test_a_dealer_sees_its_place_but_no_other_name(june, page, d1_gm) -> None:
    status, text = page(d1_gm, "/metrics/explain/test.volume/D001/2026-06/")
    assert status == 200
    assert "Place 1 of 3" in text
    for other in ("D002", "D003"):
        assert other not in text
    assert "/ranking/" not in page(d1_gm, "/metrics/kpis/test.volume/")[1]
    assert page(d1_gm, "/ranking/?kpi=test.volume")[0] == 403


def test_the_ranking_shows_dealers_the_network_and_reasons(june, page, hq_ops, am_1) -> None:
    status, text = page(hq_ops, "/ranking/?kpi=test.coefficient&period=2026-06")
    assert status == 200
    assert text.index("D001") < text.index("D002") < text.index("D003")
    assert "missing: test.stock" in text
    assert "总部" in text
    assert "2 of 5 dealers counted" in text
    assert "0.91" in text, "1360 / 1500"
    status, text = page(am_1, "/ranking/?kpi=test.coefficient&period=2026-06")
    assert "浙北片区" in text
    assert "D003" not in text
    status, text = page(hq_ops, f"/ranking/?kpi=test.coefficient&period=2026-06&unit={june.area_2.pk}")
    assert "D003" in text
    assert "D001" not in text
    status, text = page(hq_ops, "/ranking/?kpi=test.coefficient&period=2026-06&value=known")
    assert "D003" not in text
    _status, text = page(hq_ops, "/ranking/?kpi=test.coefficient&period=2026-06&value=none&search=D003")
    assert "D003" in text
    assert "D001" not in text
    status, text = page(hq_ops, "/ranking/?kpi=test.coefficient&period=2026-06&known_on=2020-01-01")
    assert status == 200
    assert "D001" not in text
    assert "Not computed" in text
    status, text = page(hq_ops, "/ranking/?kpi=test.volume&period=2026-05")
    assert "Not computed" in text


def test_the_explanation_of_a_unit(june, page, reg_a) -> None:
    status, text = page(reg_a, f"{EXPLAIN}/unit/RA/2026-06/")
    assert status == 200
    assert "0.91" in text
    assert "1,360" in text
    assert "1,500" in text
    assert "2 / 3" in text


def test_facts_add_up_to_the_measure(june, page, client_of, hq_ops) -> None:
    status, text = page(hq_ops, "/metrics/facts/test.sold/D001/2026-06/")
    assert status == 200
    assert "fact.sold" in text
    assert text.count("1,000") >= 2, "the total and the stored value"
    assert "They differ" not in text
    export = client_of(hq_ops).get("/metrics/facts/test.sold/D001/2026-06/?_export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(export.content)).worksheets[0]
    assert str(sheet.cell(2, 2).value) in ("1000", "1000.0")


def test_facts_that_came_later_are_named(june, page, hq_ops, now) -> None:
    fact("sold", june.d1, JUNE, "1", now)
    _status, text = page(hq_ops, "/metrics/facts/test.sold/D001/2026-06/")
    assert "They differ" in text
    _status, text = page(hq_ops, f"{EXPLAIN}/D001/2026-06/")
    assert "Inputs have changed" not in text, "the stored measures are what the KPI was made from"
    services.collect(month=JUNE, revision=1)
    _status, text = page(hq_ops, f"{EXPLAIN}/D001/2026-06/")
    assert "Inputs have changed" in text


def test_as_known_on_an_earlier_day(june, page, hq_ops, now) -> None:
    services.finish(month=JUNE, revision=1, result_hash="", now=now.replace(day=3), freeze=True)
    reading = services.open_reading(month=JUNE, reason="a late sheet")
    fact("sold", june.d1, JUNE, "350", now)
    services.begin(month=JUNE, revision=reading.revision, now=now)
    services.collect(month=JUNE, revision=2)
    services.compute_kpis(month=JUNE, revision=2)
    services.finish(month=JUNE, revision=2, result_hash="", now=now.replace(day=9), freeze=False)
    for query, number, revision in (
        ("", "1.00", "Revision 2"),
        ("?known_on=2026-07-09", "1.00", "Revision 2"),
        ("?known_on=2026-07-08", "1.35", "Revision 1"),
        ("?revision=1", "1.35", "Revision 1"),
    ):
        status, text = page(hq_ops, f"{EXPLAIN}/D001/2026-06/{query}")
        assert status == 200
        assert f'explain-number num">{number} <' in text, query
        assert revision in text
    _status, text = page(hq_ops, f"{EXPLAIN}/D001/2026-06/?known_on=2026-07-02")
    assert "has not been computed" in text


def test_the_dictionary_lists_searches_and_names_missing_inputs(june, page, hq_ops, monkeypatch) -> None:
    status, text = page(hq_ops, "/metrics/")
    assert status == 200
    assert "EN test.coefficient" in text
    assert "指标 test.coefficient" in text
    assert "test.stock ÷ test.sold" in text
    assert "above 2.50" in text
    assert "below 0.80" in text
    _status, text = page(hq_ops, "/metrics/?q=coefficient")
    assert "EN test.coefficient" in text
    assert "EN test.volume" not in text
    _status, text = page(hq_ops, "/metrics/?q=nothing-like-it")
    assert "No KPI matches" in text


def test_a_kpi_with_its_trend(june, page, hq_ops, d1_gm) -> None:
    status, text = page(hq_ops, "/metrics/kpis/test.coefficient/?period=2026-06")
    assert status == 200
    assert "0.906667" in text, "the network's value in the chart"
    assert "Configure" in text
    status, text = page(d1_gm, "/metrics/kpis/test.coefficient/?period=2026-06")
    assert "1.35" in text
    assert "Configure" not in text


def test_limits_count_from_a_month_on(june, page, client_of, hq_ops, d1_gm) -> None:
    client = client_of(hq_ops)
    url = "/metrics/kpis/test.coefficient/settings/"
    bad = client.post(url, {"month": "2026-06", "low_amber": "2", "high_amber": "1", "owner": ""})
    assert bad.status_code == 422
    assert not KpiSetting.objects.exists()
    good = client.post(url, {"month": "2026-06", "high_amber": "1.2", "high_red": "1.3", "shown": "on"})
    assert good.status_code == 302
    _status, text = page(hq_ops, f"{EXPLAIN}/D001/2026-06/")
    assert "above 1.30" in text
    assert "bg-red-lt" in text
    _status, text = page(hq_ops, f"{EXPLAIN}/D001/2026-05/")
    assert "above 1.30" not in text
    assert client_of(d1_gm).get(url).status_code == 403
    assert AuditEvent.objects.filter(action="metrics.set_kpi").count() == 1


def test_a_hidden_kpi_is_gone_from_that_month_on(june, page, hq_ops, now) -> None:
    services.set_kpi(
        code="test.volume", month=JUNE, values={"shown": False}, actor=access.system("t"), now=now
    )
    assert page(hq_ops, "/metrics/kpis/test.volume/?period=2026-06")[0] == 404
    assert page(hq_ops, "/metrics/kpis/test.volume/?period=2026-05")[0] == 200


CUSTOM = {
    "code": "custom.months_of_stock",
    "label_zh": "存销比",
    "label_en": "Months of stock",
    "formula": "test.stock ／ test.sold.mean（2）",
    "unit": "months",
    "better": "lower",
    "decimals": "2",
    "active": "on",
}


def test_an_administrator_adds_a_kpi(june, client_of, page, compute, hq_ops, d1_gm) -> None:
    client = client_of(hq_ops)
    assert client.post("/metrics/own/new/", CUSTOM).status_code == 302
    row = CustomKpi.objects.get()
    assert (row.formula, row.version) == ("test.stock / test.sold.mean(2)", 1)
    compute(MAY)
    compute()
    _status, text = page(hq_ops, "/metrics/explain/custom.months_of_stock/D001/2026-06/")
    assert "test.sales of 2026-05 has not come." in text
    changed = CUSTOM | {"formula": "test.stock / test.sold"}
    assert client.post("/metrics/own/custom.months_of_stock/", changed).status_code == 302
    assert list(
        KpiRule.objects.filter(kpi=row.code).order_by("version").values_list("formula", flat=True)
    ) == [
        "test.stock / test.sold.mean(2)",
        "test.stock / test.sold",
    ]
    _status, text = page(hq_ops, "/metrics/explain/custom.months_of_stock/D001/2026-06/")
    assert "test.stock / test.sold.mean(2)" in text, "an old number keeps its old formula"
    compute()
    _status, text = page(hq_ops, "/metrics/explain/custom.months_of_stock/D001/2026-06/")
    assert "1.35" in text
    assert '<dd class="num">v2</dd>' in text
    assert client_of(d1_gm).post("/metrics/own/new/", CUSTOM).status_code == 403


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"formula": "test.stock /"}, "Expected"),
        ({"formula": "no.such / test.sold"}, "No measure or KPI has this code: no.such"),
        ({"formula": "test.stock.ytd"}, "Only a flow may be summed"),
        ({"formula": "kpi(custom.months_of_stock) * 2"}, "custom.months_of_stock"),
        ({"code": "sales.x"}, "Write custom."),
        ({"formula": "__import__('os')"}, "no meaning in a formula"),
    ],
)
def test_a_formula_that_cannot_be_is_refused(june, client_of, hq_ops, change, message) -> None:
    client = client_of(hq_ops)
    client.cookies["django_language"] = "en"
    answer = client.post("/metrics/own/new/", CUSTOM | change)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not CustomKpi.objects.exists()
    assert not KpiRule.objects.filter(kpi__startswith="custom").exists()


def test_the_feed_matrix(june, page, hq_ops, d1_gm) -> None:
    status, text = page(hq_ops, "/metrics/feeds/?period=2026-06")
    assert status == 200
    assert "D005" in text
    assert "3 reported, 0 nil, of 5 dealers" in text
    assert "due 2026-07-05" in text
    _status, text = page(hq_ops, "/metrics/feeds/?period=2026-06&lacking=test.stock")
    assert "D003" in text
    assert "D001" not in text
    _status, text = page(d1_gm, "/metrics/feeds/?period=2026-06")
    assert "1 reported, 0 nil, of 1 dealers" in text
    assert "D002" not in text


def test_a_dealer_declares_a_nil_return_once(june, client_of, compute, d1_gm, hq_ops) -> None:
    client = client_of(d1_gm)
    client.cookies["django_language"] = "en"
    url = "/metrics/feeds/D001/test.sales/2026-05/nil/"
    assert "had no test.sales in 2026-05" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 302
    row = FeedStatus.objects.get(feed="test.sales", period=MAY.first)
    assert (row.state, row.dealer.code) == ("nil", "D001")
    assert AuditEvent.objects.filter(action="metrics.declare_nil").count() == 1
    refused = client.post("/metrics/feeds/D001/test.sales/2026-06/nil/")
    assert refused.status_code == 409
    assert "Data of this month has come already" in refused.content.decode()
    assert FeedStatus.objects.get(feed="test.sales", period=JUNE.first, dealer=june.d1).state == "reported"
    assert client.post("/metrics/feeds/D002/test.stock/2026-05/nil/").status_code == 404
    assert FeedStatus.objects.filter(state="nil").count() == 1


def test_the_number_of_queries_of_a_page(june, client_of, hq_ops) -> None:
    client = client_of(hq_ops)
    for url, most in (
        ("/ranking/?kpi=test.coefficient&period=2026-06", 17),
        (f"{EXPLAIN}/D001/2026-06/", 20),
        ("/metrics/facts/test.sold/D001/2026-06/", 15),
        ("/metrics/feeds/?period=2026-06", 12),
        ("/metrics/", 9),
    ):
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(url).status_code == 200
        assert len(found) <= most + WALLS, f"{url}: {len(found)}\n" + "\n".join(q["sql"][:150] for q in found)


def test_values_are_exact_to_six_decimals(june) -> None:
    assert KpiValue.objects.get(kpi="test.coefficient", dealer=june.d2).value == Decimal("0.02")
