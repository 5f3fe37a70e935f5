"""Catalogues per area become one compiled catalogue that gettext reads; mistakes are named."""

from __future__ import annotations

import gettext
import io
import json
from pathlib import Path

import pytest

from devtools import extraction, messages
from devtools.system import Unmet


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "locale" / "src"
    folder.mkdir(parents=True)
    return folder


def write(folder: Path, area: str, **texts: str) -> None:
    (folder / f"{area}.json").write_text(json.dumps(texts), encoding="utf-8")


def test_gettext_reads_texts_plurals_and_contexts_of_all_areas(sources: Path, tmp_path: Path) -> None:
    write(sources, "sales", **{"Deliveries": "交车", "%(count)s unit": "%(count)s 台"})
    write(sources, "stock", **{"month\u0004May": "五月", "Unfinished": ""})
    target = tmp_path / "zh" / "django.mo"
    assert messages.compile_catalogue(sources, target) == 3
    catalogue = gettext.GNUTranslations(io.BytesIO(target.read_bytes()))
    assert catalogue.gettext("Deliveries") == "交车"
    assert catalogue.ngettext("%(count)s unit", "%(count)s units", 5) == "%(count)s 台"
    assert catalogue.pgettext("month", "May") == "五月"
    assert catalogue.gettext("Unfinished") == "Unfinished"


def test_an_unchanged_catalogue_is_not_written_again(sources: Path, tmp_path: Path) -> None:
    write(sources, "sales", Deliveries="交车")
    target = tmp_path / "django.mo"
    messages.compile_catalogue(sources, target)
    before = target.stat()
    messages.compile_catalogue(sources, target)
    assert (target.stat().st_ino, target.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_two_areas_that_differ_are_named(sources: Path) -> None:
    write(sources, "sales", Stock="库存", Dealer="经销商")
    write(sources, "stock", Stock="存货", Dealer="经销商")
    assert messages.translations(sources)[1] == ["stock.json and sales.json differ on 'Stock'"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [("{", "sales.json cannot be read"), ('{"Stock": "库存", "Stock": "存货"}', "'Stock' stands twice")],
)
def test_a_broken_catalogue_is_refused(sources: Path, content: str, reason: str) -> None:
    (sources / "sales.json").write_text(content, encoding="utf-8")
    with pytest.raises(Unmet, match=reason):
        messages.translations(sources)


def test_texts_of_code_templates_and_pure_declarations_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "ROOT", tmp_path)
    app = tmp_path / "apps" / "sales"
    page = tmp_path / "templates" / "sales"
    app.mkdir(parents=True)
    page.mkdir(parents=True)
    (app / "views.py").write_text(
        'a = _("Deliver " "it")\nb = ngettext("%d unit", "%d units", n)\nc = other("No")\n'
    )
    (app / "kpis.py").write_text('KPIS = (Kpi(code="sales.units", label="Units sold"),)\n')
    (page / "list.html").write_text(
        "{% load i18n %}\n  {% translate \"Dealer's page\" %}\n {% if a %}it's{% endif %}\n"
        "{% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}\n"
    )
    assert dict(extraction.shown()) == {
        "Deliver it": "apps/sales/views.py:1",
        "%d unit": "apps/sales/views.py:2",
        "Units sold": "apps/sales/kpis.py:1",
        "Dealer's page": "templates/sales/list.html:2",
        "%(n)s row": "templates/sales/list.html:4",
    }
