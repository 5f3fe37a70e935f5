"""One Chinese word for one thing (docs/glossary.md), written with Chinese punctuation."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from apps.closing.models import KINDS
from apps.closing.rules import RunKind
from devtools import messages

SECOND_WORDS = {
    "月结": "关账",
    "结账": "关账",
    "试算": "计算",
    "版次": "版本",
    "编码": "代码",
    "未关闭": "未解除",
}
ENCODINGS = ("字符编码", "%(encoding)s 编码")
HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff])[,;:!?]|[,;:!?](?=[\u4e00-\u9fff])|\([^()%]*[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return messages.translations()[0]


@pytest.mark.parametrize("word", SECOND_WORDS)
def test_no_second_word_for_the_same_thing(texts: dict[str, str], word: str) -> None:
    found = {text for text in texts.values() if word in text and not any(each in text for each in ENCODINGS)}
    assert found == set(), f"write {SECOND_WORDS[word]}"


def test_chinese_texts_use_chinese_punctuation(texts: dict[str, str]) -> None:
    assert {text for text in texts.values() if HALF_WIDTH.search(text)} == set()


def test_closing_a_month_and_closing_a_dialog_are_two_words() -> None:
    with translation.override("zh-hans"):
        assert {kind: str(label) for kind, label in KINDS} == {
            RunKind.INTERIM.value: "中期计算",
            RunKind.CLOSE.value: "关账",
        }
        assert translation.gettext("Close") == "关闭"


def test_a_text_has_one_translation() -> None:
    """Two meanings of one English word take a context or another word."""
    assert messages.translations()[1] == []
