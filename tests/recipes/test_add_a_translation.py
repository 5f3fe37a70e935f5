"""docs/recipes/add-a-translation.md, followed."""

from __future__ import annotations

import gettext
import json
from pathlib import Path

import pytest

from devtools import extraction, messages
from tests.recipes import pages

PAGE = "add-a-translation.md"


def test_the_catalogue_becomes_chinese(tmp_path: Path):
    block = pages.block(PAGE, "locale/src/sales.json")
    sources, target = tmp_path / "src", tmp_path / "django.mo"
    sources.mkdir()
    (sources / "sales.json").write_text(block.text, encoding="utf-8")
    assert messages.compile_catalogue(sources, target) == 2
    with target.open("rb") as file:
        chinese = gettext.GNUTranslations(file)
    assert chinese.gettext("Returned cars") == "退车记录"
    one, many = "%(count)s car came back", "%(count)s cars came back"
    assert [chinese.ngettext(one, many, count) % {"count": count} for count in (1, 3)] == [
        "退回 1 台",
        "退回 3 台",
    ]


def test_two_catalogues_may_not_disagree(tmp_path: Path):
    for area, text in (("sales", "退车记录"), ("stock", "退回车辆")):
        (tmp_path / f"{area}.json").write_text(json.dumps({"Returned cars": text}), encoding="utf-8")
    _merged, conflicts = messages.translations(tmp_path)
    assert conflicts == ["stock.json and sales.json differ on 'Returned cars'"]


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The code of the recipe as the only text of a product without any catalogue."""
    folder = tmp_path / "apps" / "sales"
    folder.mkdir(parents=True)
    (folder / "texts.py").write_text(pages.block(PAGE, "texts").text, encoding="utf-8")
    monkeypatch.setattr(extraction, "ROOT", tmp_path)
    return tmp_path


def test_the_check_names_what_has_no_chinese(code: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(extraction, "translations", lambda: ({}, []))
    assert [line.partition("translated: ")[2] for line in extraction.problems()] == [
        "'%(count)s car came back'",
        "'Returned cars'",
    ]
    catalogue = pages.block(PAGE, "locale/src/sales.json").plain
    monkeypatch.setattr(extraction, "translations", lambda: (catalogue, []))
    assert extraction.problems() == []
