"""Every sentence exists in both languages with the same values, survives storage and says how to mend."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf import settings as project
from django.utils.translation import override

from apps.core.spreadsheet import messages, values
from apps.core.spreadsheet.errors import CellError, FileRefused, Phrase, ValueProblem, excerpt
from apps.core.spreadsheet.reading import PROJECT_ROOT

CATALOGUE = json.loads((PROJECT_ROOT / "locale/src/spreadsheet.json").read_text(encoding="utf-8"))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def sentences() -> set[str]:
    grouped = (messages.REFUSALS, messages.WARNINGS, messages.PROBLEMS, messages.LABELS)
    single = [text for name, text in vars(messages).items() if name.startswith(("EXPECT_", "OTHER_"))]
    return {text for group in grouped for text in group.values()} | set(single)


@pytest.fixture
def chinese(settings, tmp_path: Path):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="zh_Hans")
    for english, translated in CATALOGUE.items():
        catalogue.add(english, translated)
    with (folder / "django.mo").open("wb") as stream:
        write_mo(stream, catalogue)
    settings.LOCALE_PATHS = [str(tmp_path)]
    yield
    settings.LOCALE_PATHS = project.LOCALE_PATHS


def test_catalogue_is_complete_and_keeps_the_values():
    assert set(CATALOGUE) == sentences()
    for english, translated in CATALOGUE.items():
        assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(translated)), english
        assert re.search("[\u4e00-\u9fff]", translated) or not re.search(
            "[a-z]{3}", PLACEHOLDER.sub("", english)
        )


def test_every_refusal_speaks_both_languages(chinese):
    for code, english in messages.REFUSALS.items():
        params = dict.fromkeys(PLACEHOLDER.findall(english), "7")
        refused = FileRefused(code, params)
        assert refused.phrase.in_language("en") == english % params
        assert refused.phrase.in_language("zh-hans") == CATALOGUE[english] % params
        assert not PLACEHOLDER.search(str(refused))


def test_a_cell_error_says_what_was_found_and_expected_in_both_languages(chinese):
    parser = values.integer(min=0, max=500)
    with pytest.raises(ValueProblem) as problem:
        parser.parse("１２台")
    error = CellError.of(problem.value, "１２台", sheet="月报", row=14, column=2, column_name="台数")
    assert error.address == "B14"
    with override("en"):
        assert str(error.message) == (
            "“１２台” is not a whole number. Expected a whole number such as 120, from 0 to 500."
        )
    with override("zh-hans"):
        assert str(error.message) == "“１２台”不是整数。应填写整数，例如 120，介于 0 和 500 之间。"
    stored = json.loads(json.dumps(error.as_json()))
    assert CellError.from_json(stored) == error
    assert CellError.from_json(stored).phrase.in_language("zh-hans") == error.phrase.in_language("zh-hans")


def test_problems_of_callers_bring_their_own_words():
    phrase = Phrase("No dealer has the code “%(code)s”.", {"code": "D9"})
    error = CellError("s", 2, 28, "dealer", "unknown_dealer", "D9", phrase)
    assert error.address == "AB2"
    assert error.phrase.in_language("en") == "“D9” cannot be accepted. No dealer has the code “D9”."


def test_excerpts_are_short_and_on_one_line():
    assert excerpt(None) == ""
    assert excerpt("a\n b\t c") == "a b c"
    assert excerpt("x" * 500) == "x" * 99 + "…"


def test_percent_signs_in_values_do_no_harm():
    error = CellError("s", 1, 1, "c", "not_a_number", "85%(x)s %d", values.money().expected)
    assert "85%(x)s %d" in error.phrase.in_language("en")
