from __future__ import annotations

import io
import re

import openpyxl
import pytest

from tests.portal import pages

pytestmark = pytest.mark.django_db


def rows_of(html: str) -> list[str]:
    body = html.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    return [pages.text(row) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)]


def test_all_dealers_in_their_places(figures, hq_admin, client_of):
    html = client_of(hq_admin).get("/ranking/").content.decode()
    assert [row.split()[:2] for row in rows_of(html)] == [
        ["1", "D001"],
        ["2", "D002"],
        ["3", "D003"],
        ["4", "D004"],
    ]
    assert rows_of(html)[0].endswith("40 32 50 —")
    assert "共 4 条" in pages.text(html)


def test_filters_narrow_and_places_count_again(figures, hq_admin, client_of):
    client = client_of(hq_admin)
    html = client.get(f"/ranking/?kpi=inventory.coefficient&unit={figures.region_b.pk}").content.decode()
    assert [row.split()[:2] for row in rows_of(html)] == [["1", "D004"]]
    assert "0.90 正常" in rows_of(html)[0]


def test_sorting_by_a_column_keeps_the_places(figures, hq_admin, client_of):
    response = client_of(hq_admin).get("/ranking/?sort=code", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="rows")
    html = response.content.decode()
    assert "<html" not in html
    assert 'aria-sort="ascending"' in html
    assert [row.split()[0] for row in rows_of(html)] == ["1", "2", "3", "4"]


def test_another_kpi_brings_its_figures_of_the_units_along(figures, hq_admin, client_of):
    asked = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "rows"}
    html = client_of(hq_admin).get("/ranking/?kpi=inventory.coefficient", **asked).content.decode()
    tops = html.split('<div class="unit-cards" id="tops" hx-swap-oob="true">', 1)[1]
    assert f"/metrics/explain/inventory.coefficient/unit/{figures.hq.code}/2026-06/" in tops
    assert "共 4 条" in pages.text(html)


def test_a_filter_without_rows_offers_to_clear(figures, hq_admin, client_of):
    html = client_of(hq_admin).get("/ranking/?store_type=satellite").content.decode()
    assert "没有符合筛选条件的记录。" in html
    assert "清除筛选" in html


def test_the_export_holds_every_row(figures, hq_admin, client_of):
    response = client_of(hq_admin).get("/ranking/?_export=xlsx&kpi=inventory.coefficient")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    values = [row[6].value for row in sheet.iter_rows(min_row=2) if row[1].value]
    assert [round(float(value), 2) for value in values[:4]] == [2.6, 1.6, 1.2, 0.9]


def test_a_manager_ranks_the_own_dealers_only(figures, am_1, client_of):
    html = client_of(am_1).get("/ranking/").content.decode()
    assert [row.split()[1] for row in rows_of(html)] == ["D001", "D002"]
    assert "江苏省" not in html


def test_an_investor_ranks_the_own_dealers_only(figures, investor, client_of):
    html = client_of(investor).get("/ranking/").content.decode()
    assert [row.split()[1] for row in rows_of(html)] == ["D001", "D003"]
    assert "D002" not in html


@pytest.mark.parametrize("persona", ["d1_gm", "d1_sm", "d1_fin"])
def test_dealers_never_rank_others_by_name(persona, figures, cast, client_of):
    response = client_of(cast[persona]).get("/ranking/")
    assert response.status_code == 403
    assert "D002" not in response.content.decode()
