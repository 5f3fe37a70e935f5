"""Reading pages as a person does: the text that stands at a place."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<[^>]+>")
_HIDDEN = re.compile(r"<(script|style|svg|title)\b.*?</\1>", re.DOTALL)


def text(html: str) -> str:
    """The visible text, one space between words."""
    return " ".join(unescape(_TAG.sub(" ", _HIDDEN.sub(" ", html))).split())


def part(html: str, opening: str, closing: str) -> str:
    """The text between two pieces of markup; AssertionError when the first is absent."""
    assert opening in html, opening
    rest = html.split(opening, 1)[1]
    return text(
        rest.split(closing, 1)[0].partition(">")[2]
        if not opening.endswith(">")
        else rest.split(closing, 1)[0]
    )


def cards(html: str) -> list[str]:
    """The KPI cards of a page, each as text."""
    return [
        text(found) for found in re.findall(r'class="kpi".*?(?=class="kpi"|class="col-)', html, re.DOTALL)
    ]


def panel(html: str, code: str) -> str:
    """The text of a panel."""
    found = re.search(rf'id="panel-{code}".*?</section>', html, re.DOTALL)
    assert found, code
    return text(f"<{found[0]}")
