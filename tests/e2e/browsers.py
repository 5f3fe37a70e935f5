"""What every test in a browser needs: people at a desk or a phone, a clock, pictures, files up and down."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page

from apps.accounts.models import User

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
PICTURES = os.environ.get("DEALEROPS_SCREENSHOTS")
"""A folder that gets a picture of every page the stories look at; none are made without it."""
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
ZONE = ZoneInfo("Asia/Shanghai")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WATCH = """document.addEventListener("securitypolicyviolation",
    (found) => console.error(`policy: ${found.violatedDirective} ${found.blockedURI}`))"""
MARKS = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason="no Chromium found"),
]
"""`pytestmark` of a module of browser tests."""
BOTH_SIZES = pytest.mark.parametrize("size", list(SIZES))
"""The test runs once at the desk and once on a phone; without it `size` is the desk."""

STORY = pytest.mark.parametrize(
    ("size", "language"), [("desk", "zh-CN"), ("phone", "en")], ids=["desk", "phone"]
)
"""A story runs at the desk in Chinese and on a phone in English; `stage.said` chooses the words."""


class Clock:
    """The time of a story; everything in the process reads it through `timezone.now`."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def to(self, month: int, day: int, hour: int, minute: int = 0) -> datetime:
        """Go on to a moment of the same year, in China's time."""
        self.at = datetime(self.at.year, month, day, hour, minute, tzinfo=ZONE)
        return self.at


@dataclass
class Stage:
    """A browser of their own for each person; what the pages say against themselves is in `heard`."""

    browser: Browser
    url: str
    name: str
    size: str = "desk"
    language: str = "zh-CN"
    heard: list[str] = field(default_factory=list)
    pages: dict[tuple[int, str], Page] = field(default_factory=dict)
    entered: dict[tuple[int, str], datetime] = field(default_factory=dict)

    def of(self, user: User, size: str = "") -> Page:
        """The page of a user, logged in anew: sessions end while a story's time goes on."""
        at = size or self.size
        key = (user.pk, at)
        if key not in self.pages:
            self.pages[key] = self.anybody(at)
        elif timezone.now() - self.entered[key] >= timedelta(seconds=settings.SESSION_COOKIE_AGE):
            # An answer still on its way to a page of the ended session would take the new cookie away.
            for page in self.pages[key].context.pages:
                page.goto("about:blank")
        self.entered[key] = timezone.now()
        self.enter(self.pages[key], user)
        return self.pages[key]

    def tab(self, user: User, size: str = "") -> Page:
        """One more tab beside the page of a user."""
        page = self.of(user, size).context.new_page()
        self._listen(page)
        return page

    def anybody(self, size: str = "", **options: Any) -> Page:
        """The page of somebody nobody knows; options are those of a browser context."""
        context = self.browser.new_context(
            base_url=self.url,
            locale=self.language,
            timezone_id="Asia/Shanghai",
            viewport=SIZES[size or self.size],
            **options,
        )
        context.add_init_script(WATCH)
        page = context.new_page()
        self._listen(page)
        return page

    def _listen(self, page: Page) -> None:
        page.on("console", lambda each: self.heard.append(each.text) if each.type == "error" else None)
        page.on("pageerror", lambda error: self.heard.append(str(error)))

    def enter(self, page: Page, user: User) -> None:
        """Log a user in at a page, in the place of whoever was."""
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.url}
        page.context.add_cookies([cookie])

    def said(self, chinese: str, english: str) -> str:
        """The words a page of this story's language uses."""
        return chinese if self.language.startswith("zh") else english

    def look(self, page: Page, name: str) -> None:
        """Nothing may stick out at the side; a picture is kept where DEALEROPS_SCREENSHOTS says."""
        wide = page.viewport_size["width"]
        if PICTURES:
            size = next(each for each, box in SIZES.items() if box["width"] == wide)
            page.screenshot(path=str(Path(PICTURES) / f"{self.name}_{name}_{size}.png"), full_page=True)
        assert fits(page), f"{page.url} is wider than {wide}"

    def faults(self) -> list[str]:
        """What the pages said against themselves, without refusals a test asked for (4xx, no network)."""
        expected = "Failed to load resource"
        return [text for text in self.heard if expected not in text or "status of 5" in text]


def fits(page: Page) -> bool:
    """Nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def press(page: Page, name: str) -> None:
    """Press a button of a form, and wait for the page it leads to."""
    follow(page, page.get_by_role("button", name=name, exact=True).first)


def follow(page: Page, link: Locator) -> None:
    """Click what leads to another page, and wait for that page."""
    with page.expect_navigation():
        link.click()


def download(page: Page, link: str) -> bytes:
    """The file behind the first link of a selector."""
    with page.expect_download() as waiting:
        page.locator(link).first.click()
    return Path(waiting.value.path()).read_bytes()


def attachment(name: str, content: bytes, kind: str = XLSX) -> dict[str, Any]:
    """A file as a file field takes it."""
    return {"name": name, "mimeType": kind, "buffer": content}
