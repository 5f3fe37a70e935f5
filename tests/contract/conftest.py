"""One network with objects of every kind for a whole module, in one transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.backends import ModelBackend
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

from apps.accounts.sessions import SessionStore
from apps.core import jobs, refusals
from tests.conftest import NOW
from tests.contract.clients import Door
from tests.contract.objects import World, build_world
from tests.factories import network as factory


@pytest.fixture(scope="module", autouse=True)
def _quiet_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files in a scratch folder of the module, no broker, the day of the story."""
    folder: Path = tmp_path_factory.mktemp("files")
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with (
        override_settings(MEDIA_ROOT=str(folder), STORAGES=storages),
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(NOW, tick=False),
    ):
        patch.setattr(jobs, "ring", lambda job_id: None)
        yield


@pytest.fixture(scope="module")
def world(_quiet_surroundings, django_db_setup, django_db_blocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        yield build_world(NOW)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def unrecorded() -> Iterator[None]:
    """Refusals are answered but not recorded: that they are recorded is shown in tests/core/test_refusals."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refusals, "of_request", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def remembered(doors: dict[str, Door]) -> Iterator[None]:
    """Sessions and users are read once for many requests: what a request does to them is rolled back."""
    rows: dict[str, Any] = {}
    users: dict[int, Any] = {}
    read_row, read_user = SessionStore._get_session_from_db, ModelBackend.get_user

    def row_of(store: SessionStore) -> Any:
        key = str(store.session_key)
        if key not in rows:
            rows[key] = read_row(store)
        store.row = copy(rows[key])
        return store.row

    def user_of(backend: ModelBackend, pk: int) -> Any:
        if pk not in users:
            users[pk] = read_user(backend, pk)
        return copy(users[pk])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SessionStore, "_get_session_from_db", row_of)
        patch.setattr(ModelBackend, "get_user", user_of)
        yield


@pytest.fixture(scope="module")
def doors(world: World) -> dict[str, Door]:
    """The browser of everybody: nobody logged in, and the twelve personas."""
    return {"anonymous": Door(None)} | {name: Door(world.cast[name]) for name in factory.PERSONAS}
