"""One network with objects of every kind for a whole module, in one transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

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
def doors(world: World) -> dict[str, Door]:
    """The browser of everybody: nobody logged in, and the twelve personas."""
    return {"anonymous": Door(None)} | {name: Door(world.cast[name]) for name in factory.PERSONAS}
