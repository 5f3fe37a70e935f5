"""The probes P1 to P9 every story runs at its end (P10, speed, is a bench): what a stranger sees, what the
trail holds, what happens twice or too late, keys, words, empty lists. Source: stories.md.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.core.models import AuditEvent
from tests.e2e.browsers import Stage

CATALOGUES = Path(__file__).resolve().parents[2] / "locale" / "src"
WORD = re.compile(r"[A-Za-z]{3,}")
LEFT_OVER = re.compile(r"%\(\w+\)|\{[%{]|\bmsgid\b")
SHOWN = """() => [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility())
  .flatMap((each) => [...each.childNodes].filter((node) => node.nodeType === 3)
  .map((node) => node.textContent)).join("\\n")"""
FOCUS = """() => { const at = document.activeElement; if (!at || at === document.body) return null;
  const look = getComputedStyle(at), box = at.getBoundingClientRect();
  const seen = look.outlineStyle !== "none" || look.boxShadow !== "none" ||
    (at.parentElement && getComputedStyle(at.parentElement).boxShadow !== "none");
  return { seen, size: box.width * box.height, what: at.outerHTML.slice(0, 120) }; }"""
KEYS = 25
"""How many stops of the Tab key are looked at on a page."""
NOTHING = "zzqx-0"
"""A word nothing is called: filters by it leave a list empty."""


@dataclass(frozen=True)
class Changed:
    """A change of state the story made: its action in the trail, who did it, and for whom."""

    action: str
    by: str
    for_whom: str = ""


@dataclass(frozen=True)
class Touched:
    """What a story touched, as the probes need it.

    `pages` and `api` are addresses of objects of the story, `words` what a stranger must not find (numbers,
    texts of the objects), `exports` addresses of lists, `lists` addresses
    of lists filtered so that no row is left (by NOTHING), `names` Latin words that are data.
    """

    owner: User
    stranger: User
    pages: Sequence[str]
    api: Sequence[str] = ()
    files: Sequence[str] = ()
    words: Sequence[str] = ()
    exports: Sequence[str] = ()
    lists: Sequence[str] = ()
    changes: Sequence[Changed] = ()
    names: Sequence[str] = field(default_factory=tuple)


def run(
    stage: Stage,
    touched: Touched,
    *,
    again: Callable[[], object] | None = None,
    state: Callable[[], Any] | None = None,
    stale: Callable[[], None] | None = None,
) -> None:
    """All probes. `again` repeats the last act (double click, back and resubmit) and must leave `state()` as
    it was (P5); `stale` saves from a tab opened before another save and asserts the conflict (P6).
    """
    p1_a_stranger_finds_nothing(stage, touched)
    p2_nor_by_search_export_notice_or_file(stage, touched)
    p3_nobody_is_sent_to_log_in(stage, touched)
    p4_every_change_is_in_the_trail(touched)
    if again is not None and state is not None:
        p5_twice_is_once(again, state)
    if stale is not None:
        stale()
    owner = stage.of(touched.owner)
    for address in touched.pages:
        owner.goto(address)
        p7_keys_move_a_visible_focus(owner)
        p8_one_language(owner, touched.names)
    for address in touched.lists:
        p9_an_empty_list_says_what_to_do(owner, address)


def p1_a_stranger_finds_nothing(stage: Stage, touched: Touched) -> None:
    """Each page and each number of the API answers 404 to somebody of another dealer."""
    page = stage.of(touched.stranger)
    for address in (*touched.pages, *touched.api):
        answer = page.request.get(address, max_redirects=0)
        assert answer.status == 404, f"{touched.stranger} got {answer.status} at {address}"


def p2_nor_by_search_export_notice_or_file(stage: Stage, touched: Touched) -> None:
    """Search, lists, their exports, notices and links of files hold nothing of it."""
    page = stage.of(touched.stranger)
    empty = page.request.get(f"/search/?q={NOTHING}").text().count(NOTHING)
    for word in touched.words:
        echoed = page.request.get(f"/search/?q={quote(word)}").text().count(word)
        assert echoed <= empty, f"{word} is found by search"
        for address in (reverse("work:notice-list"), *touched.exports):
            assert word not in page.request.get(address).text(), f"{word} is told at {address}"
    for address in touched.exports:
        mark = "&" if "?" in address else "?"
        answer = page.request.get(f"{address}{mark}_export=xlsx")
        told = {str(cell) for line in _rows(answer.body()) for cell in line}
        assert not any(word in cell for word in touched.words for cell in told), f"export of {address}"
    for address in touched.files:
        assert page.request.get(address, max_redirects=0).status == 404, address


def p3_nobody_is_sent_to_log_in(stage: Stage, touched: Touched) -> None:
    """Who has not logged in gets the log-in page, and the API a refusal."""
    page = stage.anybody()
    for address in touched.pages:
        answer = page.request.get(address, max_redirects=0)
        assert answer.status == 302 and "/accounts/login/" in answer.headers["location"], address
    for address in touched.api:
        assert page.request.get(address).status in (401, 403), address


def p4_every_change_is_in_the_trail(touched: Touched) -> None:
    """Who did it, for whom, and what was before and after."""
    for each in touched.changes:
        rows = AuditEvent.objects.filter(action=each.action, actor_label=each.by, on_behalf_of=each.for_whom)
        event = rows.order_by("-pk").first()
        assert event is not None, f"no trail of {each}"
        assert event.before or event.after, f"nothing is said of {each}"


def p5_twice_is_once(again: Callable[[], object], state: Callable[[], Any]) -> None:
    """The last act done again changes nothing."""
    before = state()
    again()
    assert state() == before


def p7_keys_move_a_visible_focus(page: Page) -> None:
    """Tab goes through the page and shows where it is."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    stops = 0
    for _stop in range(KEYS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found is None:
            continue
        stops += 1
        assert found["seen"] and found["size"] > 0, f"{page.url}: no focus to be seen at {found['what']}"
    assert stops > 3, page.url


def p8_one_language(page: Page, names: Sequence[str] = ()) -> None:
    """No key that was not translated; on a Chinese page no English word beyond those Chinese texts use."""
    text = page.evaluate(SHOWN)
    assert not LEFT_OVER.search(text), f"{page.url}: {LEFT_OVER.search(text)}"
    if not page.evaluate("document.documentElement.lang").startswith("zh"):
        return
    known = _latin_words() | {word.lower() for name in names for word in WORD.findall(name)}
    strange = {word for word in WORD.findall(text) if word.lower() not in known}
    assert not strange, f"{page.url}: {sorted(strange)}"


def p9_an_empty_list_says_what_to_do(page: Page, address: str) -> None:
    """A list without rows tells why, and what to do."""
    page.goto(address)
    expect(page.locator(".empty-state").first).to_be_visible()
    assert len(page.locator(".empty-state").first.inner_text().strip()) > 5, address


def post(page: Page, address: str, **fields: str) -> int:
    """Send a form once more, as "back and resubmit" does; the status of the answer."""
    token = page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken']")
    headers = {"X-CSRFToken": token, "Referer": page.url}
    return page.request.post(address, form=fields, headers=headers).status


def _rows(content: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [line for sheet in book.worksheets for line in sheet.iter_rows(values_only=True)]


@cache
def _latin_words() -> frozenset[str]:
    """The Latin words Chinese texts of the product use: VIN, Excel, KPI …; and the switch to English."""
    texts = [
        text
        for path in sorted(CATALOGUES.glob("*.json"))
        for text in json.loads(path.read_text(encoding="utf-8")).values()
    ]
    words = {word.lower() for text in texts for word in WORD.findall(str(text))}
    return frozenset(words | {"english", "dealerops"})
