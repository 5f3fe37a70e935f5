"""Charts, sparklines, icons, file fields and the picked month of the page kit."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from apps.core.access import Actor
from apps.core.kit import icons, menu, period, search, spark
from apps.core.kit.charts import Chart, Mark, Series
from apps.core.kit.search import Hit
from apps.kernel.period import Month

D = Decimal
SOMEBODY = Actor(user_id=1, label="somebody")


def chart(**given: object) -> Chart:
    base: dict = {
        "code": "sold",
        "shape": "line",
        "title": "Sold",
        "labels": ["2026-05", "2026-06"],
        "series": [Series("Units", [None, D("1234.5")])],
    }
    return Chart(**base | given)


def test_a_chart_keeps_missing_values_missing():
    spec = chart().as_json()
    assert spec["series"][0]["values"] == [None, 1234.5]
    assert spec["series"][0]["texts"] == ["—", "1,234.50"]
    assert chart().table() == [("2026-05", ["—"]), ("2026-06", ["1,234.50"])]


def test_a_chart_without_any_value_is_empty():
    assert chart(series=[Series("Units", [None, None])]).empty
    assert not chart(series=[Series("Units", [None, D(0)])]).empty


def test_percentages_are_drawn_as_fractions_and_read_as_percent():
    spec = chart(
        unit="percent", places=1, series=[Series("Share", [D("0.125"), D(1)])], marks=[Mark(D("0.2"), "20%")]
    ).as_json()
    assert spec["percent"] is True
    assert spec["series"][0]["texts"] == ["12.5%", "100.0%"]
    assert spec["marks"] == [{"value": 0.2, "label": "20%", "tone": "amber"}]


def test_a_sparkline_runs_from_edge_to_edge():
    drawn = spark.line([D(0), D(5), D(10)], "red")
    assert re.findall(r'points="([^"]+)"', drawn) == ["3.0,29.0 60.0,16.0 117.0,3.0"]
    assert 'cx="117.0" cy="3.0"' in drawn
    assert "spark-red" in drawn


def test_a_sparkline_has_a_gap_where_a_value_is_missing():
    drawn = spark.line([D(1), D(2), None, D(1), D(2)])
    assert len(re.findall("<polyline", drawn)) == 2
    assert spark.line([None, None]) == ""


def test_a_level_sparkline_runs_in_the_middle():
    assert 'points="3.0,16.0 117.0,16.0"' in spark.line([D(7), D(7)])


def test_icons_are_drawn_in_place_and_hidden_from_readers():
    drawn = icons.svg("home")
    assert drawn.startswith("<svg ")
    assert 'aria-hidden="true"' in drawn
    assert "style=" not in drawn


@pytest.mark.parametrize("name", ["no-such-icon-here", "../secret", "Home", ""])
def test_an_icon_that_does_not_exist_is_an_error(name):
    with pytest.raises(ValueError, match="icon"):
        icons.svg(name)


@pytest.fixture
def ask(monkeypatch):
    """A request of somebody who can pick from April to June 2026, of which May is closed."""
    known = [
        period.Choice(Month(2026, 6), frozen=False),
        period.Choice(Month(2026, 5), frozen=True),
        period.Choice(Month(2026, 4), frozen=True),
    ]
    monkeypatch.setattr(period, "_sources", [lambda actor: known])

    def request(path: str = "/", kept: str = ""):
        made = RequestFactory().get(path)
        made.actor, made.session = SOMEBODY, SessionStore()
        if kept:
            made.session["period"] = kept
        return made

    return request


@pytest.mark.parametrize(
    ("path", "kept", "month"),
    [
        ("/", "", Month(2026, 5)),
        ("/", "2026-04", Month(2026, 4)),
        ("/?period=2026-06", "2026-04", Month(2026, 6)),
        ("/?period=nonsense", "2026-04", Month(2026, 4)),
        ("/", "nonsense", Month(2026, 5)),
    ],
)
def test_the_month_of_a_page(path, kept, month, ask):
    assert period.picked(ask(path, kept)) == month


def test_without_any_month_the_running_one_is_shown(ask, monkeypatch):
    monkeypatch.setattr(period, "_sources", [])
    monkeypatch.setattr("apps.core.kit.period.timezone.localdate", lambda: date(2026, 7, 12))
    assert period.picked(ask()) == Month(2026, 7)


def test_a_search_asks_every_provider_in_order_and_drops_the_silent(monkeypatch):
    monkeypatch.setattr(search, "_providers", {})
    search.provider("late", "Late", lambda actor, text, limit: [Hit(f"{text}!", "/late")], order=20)
    search.provider("early", "Early", lambda actor, text, limit: [Hit(text, "/early")] * limit, order=10)
    search.provider("silent", "Silent", lambda actor, text, limit: [])
    groups = search.search(SOMEBODY, "  car ", limit=2)
    assert [(group.label, [hit.title for hit in group.hits]) for group in groups] == [
        ("Early", ["car", "car"]),
        ("Late", ["car!"]),
    ]
    assert search.search(SOMEBODY, "   ") == []
    assert search.search(Actor(user_id=None, label=""), "car") == []
    with pytest.raises(ValueError, match="twice"):
        search.provider("late", "Late", lambda actor, text, limit: [])


def test_the_trail_leads_to_the_entry_that_is_open():
    entry = {"label": "Ranking", "url": "/ranking/", "current": True}
    other = {"label": "Other", "url": "/other/"}
    assert menu.trail([{"label": "Analysis", "entries": [other, entry]}]) == [
        {"label": "Analysis", "url": ""},
        {"label": "Ranking", "url": "/ranking/"},
    ]
    assert menu.trail([{"label": "Analysis", "entries": [entry]}]) == [
        {"label": "Ranking", "url": "/ranking/"}
    ]
    assert menu.trail([{"label": "Analysis", "entries": [other]}]) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", ["选择文件", "未选择文件"]), ("en", ["Choose a file", "No file chosen"])],
)
def test_the_field_of_a_file_speaks_the_language_of_the_page(language, words):
    class Form(forms.Form):
        file = forms.FileField(label="Proof", required=True)

    with translation.override(language):
        shown = Template("{% load kit %}{% field form.file %}").render(Context({"form": Form({}, {})}))
    text = [found.strip() for found in re.findall(r">([^<>]+)<", shown) if found.strip()]
    assert text[:3] == ["Proof", *words]
    box = shown[shown.index("data-file") :]
    assert re.search(r'<input type="file"[^>]*required[^>]*id="id_file"', box)
    assert "file-box-wrong" in shown
