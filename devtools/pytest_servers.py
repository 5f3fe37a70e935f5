"""pytest plugin: private PostgreSQL and Valkey before the settings load, unless addresses are given.

With pytest-xdist the controller starts one pair; every worker has its own test data base in it
(pytest-django) and its own broker data base (here).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator

import pytest

from devtools import messages
from devtools.private import private_servers
from devtools.system import Unmet

TEST_SECRET = "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # noqa: S105
SERVERS = pytest.StashKey[contextlib.ExitStack]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Prepare the environment before pytest-django imports the settings."""
    os.environ.setdefault("DEALEROPS_SECRET_KEY", TEST_SECRET)
    stack = contextlib.ExitStack()
    try:
        if "PYTEST_XDIST_WORKER" not in os.environ:
            messages.compile_catalogue()
        os.environ.update(stack.enter_context(private_servers()))
    except Unmet as error:
        raise pytest.UsageError(str(error)) from error
    early_config.stash[SERVERS] = stack
    early_config.add_cleanup(stack.close)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker.startswith("gw"):
        os.environ["REDIS_URL"] = broker_database(os.environ["REDIS_URL"], int(worker[2:]) + 1)
    return (yield)


def broker_database(url: str, number: int) -> str:
    """The same broker with another data base number."""
    base, _, last = url.rpartition("/")
    return f"{base}/{number}" if last.isdigit() else url


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep browser tests in one worker: two browsers at once disturb each other on two cores."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
