"""Fixtures of every test in a browser; what they give stands in `browsers`."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from apps.core import jobs
from apps.core.models import Job
from tests.e2e.browsers import CHROMIUM, FLAGS, ZONE, Clock, Stage


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser program for all tests of a module; each person gets a context of their own."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def size() -> str:
    """The size pages open at unless the test asks for BOTH_SIZES."""
    return "desk"


@pytest.fixture
def language() -> str:
    """The language pages open in unless the test is parametrised with another."""
    return "zh-CN"


@pytest.fixture
def stage(request, chromium, live_server, size, language) -> Iterator[Stage]:
    """People at their pages, which must stay free of errors and of refusals of the policy."""
    name = request.module.__name__.rsplit("test_", 1)[-1]
    found = Stage(chromium, live_server.url, name, size, language)
    yield found
    for context in list(chromium.contexts):
        context.close()
    assert found.faults() == []


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """The time stands still at 2026-07-01 09:00 until the story moves it."""
    found = Clock(datetime(2026, 7, 1, 9, 0, tzinfo=ZONE))
    monkeypatch.setattr(timezone, "now", lambda: found.at)
    return found


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker beside the server: it does queued jobs as they come."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            waiting = Job.objects.filter(status__in=jobs.UNFINISHED).order_by("created_at")
            for key in list(waiting.values_list("pk", flat=True)):
                jobs.run(str(key))
            connection.close()
            time.sleep(0.1)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()
