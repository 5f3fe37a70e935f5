from __future__ import annotations

import re

import pytest
import time_machine

from apps.core.access import actions
from tests.portal import pages

pytestmark = pytest.mark.django_db


def html_of(client, path: str = "/", status: int = 200, **headers: str) -> str:
    response = client.get(path, **headers)
    assert response.status_code == status
    return response.content.decode()


def test_headquarters_see_the_network_with_changes(figures, hq_admin, client_of):
    html = html_of(client_of(hq_admin))
    units, coefficient = pages.cards(html)
    assert "零售台数 100 台 环比 3.1% 同比 25.0%" in units
    assert "库存系数 1.57 个月 环比 — 同比 —" in coefficient
    assert 'class="light light-amber" title="关注"' in html
    assert "2026-06 已关账" in pages.text(html)


def test_missing_feeds_are_counted_and_named(figures, hq_admin, client_of):
    html = html_of(client_of(hq_admin))
    assert "零售 已报齐 5" in pages.panel(html, "feeds")
    assert "库存 缺 1 家 / 5" in pages.panel(html, "feeds")
    assert "尚未报送 D002" in pages.panel(html, "feeds")
    assert "1 份数据缺报" in pages.text(html)


def test_nothing_missing_is_good_news(figures, am_1, reg_a, client_of):
    assert "1 份数据缺报 预警均已处理" in pages.text(html_of(client_of(am_1)))
    text = pages.text(html_of(client_of(reg_a), f"/?unit={figures.area_2.pk}"))
    assert "数据已报齐 预警均已处理" in text


def test_the_ranking_of_the_home_page(figures, hq_admin, client_of):
    ranking = pages.panel(html_of(client_of(hq_admin)), "ranking")
    order = re.findall(r"D00\d", ranking)
    assert order == ["D001", "D002", "D003", "D004"]
    assert "40 25.0%" in ranking
    assert "20 20.0%" in ranking


def test_the_end_of_the_ranking_and_another_kpi_come_alone(figures, hq_admin, client_of):
    html = html_of(client_of(hq_admin), "/panel/ranking/?kpi=inventory.coefficient&end=last")
    assert re.findall(r"D00\d", pages.panel(html, "ranking")) == ["D004", "D001", "D002", "D003"]
    assert "<html" not in html


def test_an_unknown_panel_does_not_exist(figures, hq_admin, client_of):
    html_of(client_of(hq_admin), "/panel/nothing/", status=404)


def test_a_picked_unit_stays(figures, hq_admin, client_of):
    client = client_of(hq_admin)
    picked = html_of(client, f"/?unit={figures.area_1.pk}")
    later = html_of(client)
    for html in (picked, later):
        assert "浙北片区" in pages.part(html, '<h1 class="head-title">', "</h1>")
        assert "零售台数 70 台 环比 12.9% 同比 40.0%" in pages.cards(html)[0]


def test_a_field_manager_sees_the_own_dealers_and_no_other(figures, am_1, client_of):
    html = html_of(client_of(am_1))
    assert "浙北片区" in pages.part(html, '<h1 class="head-title">', "</h1>")
    matrix = pages.panel(html, "matrix")
    assert "D001汽车销售服务有限公司 D001 40 台 1.20 个月" in matrix
    assert "D002汽车销售服务有限公司 D002 30 台 1.60 个月" in matrix
    for code in ("D003", "D004", "D005"):
        assert code not in html


def test_a_unit_outside_the_reach_is_not_shown(figures, am_1, client_of):
    html = html_of(client_of(am_1), f"/?unit={figures.region_b.pk}")
    assert "浙北片区" in pages.part(html, '<h1 class="head-title">', "</h1>")
    assert "华中大区" not in html


def test_a_dealer_sees_its_place_and_no_other_dealer(figures, d1_gm, client_of):
    html = html_of(client_of(d1_gm))
    units, coefficient = pages.cards(html)
    assert "零售台数 40 台 环比 25.0% 同比 20.0% 第 1/4 名" in units
    assert "第" not in coefficient
    for code in ("D002", "D003", "D004", "D005", "总部", "华东大区"):
        assert code not in html


def test_a_dealer_is_told_what_to_do(figures, d2_gm, client_of):
    steps = pages.panel(html_of(client_of(d2_gm)), "steps")
    assert "缺少 2026-06 的库存数据" in steps
    assert "缺少 2026-06 的零售数据" not in steps


def test_a_dealer_with_nothing_to_do_is_told_so(figures, d1_gm, client_of):
    steps = pages.panel(html_of(client_of(d1_gm)), "steps")
    assert "没有待办事项" in steps


def test_an_investor_picks_one_of_its_stores(figures, investor, client_of):
    client = client_of(investor)
    assert "零售台数 40 台" in pages.cards(html_of(client))[0]
    assert "零售台数 20 台" in pages.cards(html_of(client, "/?dealer=D003"))[0]
    assert "零售台数 40 台" in pages.cards(html_of(client, "/?dealer=D002"))[0]


def test_a_red_figure_asks_for_action(figures, investor, client_of):
    steps = pages.panel(html_of(client_of(investor), "/?dealer=D003"), "steps")
    assert "库存系数亮红灯，需处理 2.60 个月" in steps


def test_a_month_without_figures_says_so(network, hq_admin, client_of):
    html = html_of(client_of(hq_admin))
    assert "尚未计算" in pages.text(html)
    assert "请选择其他月份" not in html


@pytest.mark.parametrize(
    ("day", "persona", "told"),
    [
        ("2026-07-31", "hq_ops", False),
        ("2026-08-01", "hq_ops", True),
        ("2026-08-01", "executive", False),
        ("2026-08-01", "am_1", False),
    ],
)
def test_a_month_that_is_over_waits_to_be_closed(day, persona, told, figures, cast, client_of):
    with time_machine.travel(f"{day} 12:00+08:00", tick=False):
        html = html_of(client_of(cast[persona]))
    assert ("2026-07 尚未关账" in pages.text(html)) is told
    assert ('href="/closing/months/2026-07/"' in html) is told


def test_nobody_logged_in_is_sent_to_the_log_in(figures, client):
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/")


def test_the_page_of_a_dealer(figures, hq_admin, client_of):
    html = html_of(client_of(hq_admin), "/dealer/D003/")
    assert "D003汽车销售服务有限公司 D003" in pages.part(html, '<h1 class="head-title">', "</h1>")
    assert "零售台数 20 台 环比 20.0% 同比 — 第 3/4 名" in pages.cards(html)[0]
    assert "所属组织 浙南片区" in pages.panel(html, "profile")
    assert "库存系数 2.60 个月" in pages.panel(html, "all")


@pytest.mark.parametrize(
    ("persona", "code", "status"),
    [
        ("hq_admin", "D004", 200),
        ("prov_zj", "D003", 200),
        ("prov_zj", "D004", 404),
        ("am_1", "D003", 404),
        ("d1_gm", "D001", 200),
        ("d1_gm", "D002", 404),
        ("investor", "D003", 200),
        ("hq_admin", "D999", 404),
    ],
)
def test_who_may_open_the_page_of_a_dealer(persona, code, status, figures, cast, client_of):
    html_of(client_of(cast[persona]), f"/dealer/{code}/", status=status)
    html_of(client_of(cast[persona]), f"/dealer/{code}/panel/trend/", status=status)


def test_every_action_of_the_portal_is_declared_once():
    assert {code for code in actions() if code.startswith("portal.")} == {
        "portal.home",
        "portal.network",
        "portal.dealer",
    }


@pytest.mark.parametrize(
    ("persona", "path", "count"),
    [("hq_admin", "/", 15), ("am_1", "/", 15), ("d1_gm", "/", 18), ("hq_admin", "/dealer/D001/", 19)],
)
def test_pages_run_few_queries(persona, path, count, figures, cast, client_of, queries_of):
    client = client_of(cast[persona])
    client.get(path)
    with queries_of(count):
        client.get(path)
