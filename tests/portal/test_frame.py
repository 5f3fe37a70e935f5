"""The frame around every page: month picker, search, languages, errors, and what no page may contain."""

from __future__ import annotations

import re

import pytest

from tests.portal import pages

pytestmark = pytest.mark.django_db
PAGES = ["/", "/ranking/", "/search/?q=D00", "/dealer/D001/"]
ENGLISH = re.compile(r"[A-Za-z]{3,}")
SPOKEN = {"DealerOps", "VIN", "Esc", "Enter", "Ctrl", "API"}


def test_the_newest_closed_month_is_shown_first(figures, hq_admin, client_of):
    html = client_of(hq_admin).get("/").content.decode()
    assert "当前月份 2026-06，点击选择其他月份" in html


def test_a_picked_month_stays_with_the_reader(figures, hq_admin, client_of):
    client = client_of(hq_admin)
    response = client.post("/period/", {"period": "2026-05", "next": "/ranking/?period=2026-06&sort=code"})
    assert response.status_code == 302
    assert response["Location"] == "/ranking/?sort=code"
    assert "零售台数 97 台" in pages.cards(client.get("/").content.decode())[0]


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/x", ""])
def test_the_month_picker_leads_nowhere_else(target, figures, hq_admin, client_of):
    response = client_of(hq_admin).post("/period/", {"period": "2026-05", "next": target})
    assert response["Location"] == "/"


def test_nonsense_is_no_month(figures, hq_admin, client_of):
    client = client_of(hq_admin)
    assert client.post("/period/", {"period": "2026-13", "next": "/"}).status_code == 302
    assert "period" not in client.session


def test_a_month_in_the_address_wins_for_one_page(figures, hq_admin, client_of):
    client = client_of(hq_admin)
    assert "零售台数 97 台" in pages.cards(client.get("/?period=2026-05").content.decode())[0]
    assert "零售台数 100 台" in pages.cards(client.get("/").content.decode())[0]


def test_search_finds_dealers_pages_and_kpis(figures, hq_admin, client_of):
    client = client_of(hq_admin)
    found = client.get("/search/?q=d003", HTTP_HX_REQUEST="true").content.decode()
    assert re.findall(r'href="([^"]+)"', found) == ["/dealer/D003/"]
    assert "D003 · 浙南片区" in pages.text(found)
    found = client.get("/search/?q=库存系数", HTTP_HX_REQUEST="true").content.decode()
    assert re.findall(r'href="([^"]+)"', found) == ["/metrics/kpis/inventory.coefficient/"]
    found = client.get("/search/?q=排名", HTTP_HX_REQUEST="true").content.decode()
    assert 'href="/ranking/"' in found


def test_search_stays_inside_the_scope(figures, d1_gm, client_of):
    client = client_of(d1_gm)
    for words in ("D002", "d00", "排名", "汽车"):
        found = client.get(f"/search/?q={words}", HTTP_HX_REQUEST="true").content.decode()
        assert "D002" not in found.replace(f"“{words}”", "")
        assert "/ranking/" not in found
    assert "/dealer/D001/" in client.get("/search/?q=d00").content.decode()


def test_an_empty_search_finds_nothing(figures, hq_admin, client_of):
    found = client_of(hq_admin).get("/search/?q=%20", HTTP_HX_REQUEST="true").content.decode()
    assert pages.text(found) == ""


def test_the_answer_of_a_search_is_escaped(figures, hq_admin, client_of):
    found = client_of(hq_admin).get("/search/?q=<b>x", HTTP_HX_REQUEST="true").content.decode()
    assert "<b>x" not in found
    assert "&lt;b&gt;x" in found


@pytest.mark.parametrize("path", PAGES)
def test_pages_carry_no_script_or_style_of_their_own(path, figures, hq_admin, client_of):
    response = client_of(hq_admin).get(path)
    html = response.content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    inline = re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>", html)
    assert all('type="application/json"' in attributes for attributes in inline)
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("persona", ["hq_admin", "d1_gm"])
def test_chinese_pages_speak_chinese(path, persona, figures, cast, client_of):
    response = client_of(cast[persona]).get(path)
    if response.status_code == 200:
        names = {persona, "D00"}
        spoken = set(ENGLISH.findall(pages.text(response.content.decode().replace(persona, ""))))
        assert spoken - SPOKEN - names - {"sales", "inventory", "retail", "units", "coefficient"} == set()


def test_english_is_one_click_away(figures, hq_admin, client_of):
    client = client_of(hq_admin)
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/"}, follow=True)
    html = response.content.decode()
    assert '<html lang="en"' in html
    assert "National network" in html
    assert "100 vehicles MoM 3.1% YoY 25.0%" in pages.cards(html)[0]


def test_the_theme_of_the_cookie_is_painted_at_once(figures, hq_admin, client_of):
    client = client_of(hq_admin)
    client.cookies["theme"] = "dark"
    assert '<html lang="zh-Hans" data-bs-theme="dark"' in client.get("/").content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-bs-theme" not in client.get("/").content.decode().split("<head>")[0]


def test_error_pages_name_the_request(figures, hq_admin, client_of):
    response = client_of(hq_admin).get("/nowhere/", headers={"X-Request-ID": "abcdef0123456789"})
    html = response.content.decode()
    assert response.status_code == 404
    assert "未找到。" in html
    assert "abcdef0123456789" in pages.part(html, '<p class="error-id">', "</p>")
