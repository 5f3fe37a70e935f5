"""pytest plugin: private PostgreSQL and Valkey before the settings load, unless addresses are given.

With pytest-xdist the controller starts one pair; every worker has its own test data base in it
(pytest-django) and its own broker data base (here).
"""

from __future__ import annotations

import contextlib
import gc
import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling

from devtools import messages
from devtools.private import private_servers
from devtools.system import Unmet

GARBAGE_AFTER = 50_000
"""New objects between two searches for garbage: memory is cheap here, and searching slow."""
WHOLE: Final = ("tests/e2e/", "tests/contract/test_canaries.py")
TEST_SECRET = "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # noqa: S105


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Prepare addresses, key and private folders before pytest-django imports the settings."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker.startswith("gw"):
        os.environ["REDIS_URL"] = broker_database(os.environ["REDIS_URL"], int(worker[2:]) + 1)
    else:
        stack = contextlib.ExitStack()
        early_config.add_cleanup(stack.close)
        _prepare(stack)
    return (yield)


def _prepare(stack: contextlib.ExitStack) -> None:
    os.environ.setdefault("DEALEROPS_SECRET_KEY", TEST_SECRET)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dealerops-files-")))
    for name in ("DEALEROPS_FILES", "DEALEROPS_STATIC_ROOT"):
        (folder / name).mkdir()
        os.environ[name] = str(folder / name)
    try:
        messages.compile_catalogue()
        os.environ.update(stack.enter_context(private_servers()))
    except Unmet as error:
        raise pytest.UsageError(str(error)) from error


def broker_database(url: str, number: int) -> str:
    """The same broker with another data base number."""
    base, _, last = url.rpartition("/")
    return f"{base}/{number}" if last.isdigit() else url


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Every test by itself to whoever is free, but the modules that prepare much as a whole to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", maxsplit=1)[0]
        return path if path.startswith(WHOLE) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """How tests are dealt to several workers: in the order of pytest-django, those that empty tables last."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave what was collected, thousands of tests, out of every search for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
