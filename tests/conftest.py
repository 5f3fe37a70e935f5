"""The network, its personas and doors into the product for every test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts import entrance
from apps.accounts import queries as accounts_queries
from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.core import access, jobs
from apps.core.models import Job
from devtools.private import TEMPLATE
from tests.factories import network as factory

_SWITCH = ("DISABLE", "ENABLE")
WALLS = 4
"""Queries around every request: a transaction begun and ended, the scope told and, in a test, taken back."""
NOW = datetime(2026, 7, 12, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Create the test data base from the migrated one of private servers, then migrate as ever."""
    if template := os.environ.get(TEMPLATE):
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(autouse=True, scope="session")
def _trail_may_be_emptied() -> Iterator[None]:
    """Tests that commit empty all tables afterwards; the audit trail refuses that while its guards are on."""
    emptied = DatabaseOperations.sql_flush
    tables = ("core_auditevent", "core_auditblock", "core_auditanchor")

    def sql_flush(self: DatabaseOperations, *args: Any, **options: Any) -> list[str]:
        guards = [[f"ALTER TABLE {table} {state} TRIGGER USER" for table in tables] for state in _SWITCH]
        return [*guards[0], *emptied(self, *args, **options), *guards[1]]

    executed = DatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        try:
            executed(self, sql_list)
        except OperationalError:  # a deadlock with the last request of a page that was closed: it is over now
            executed(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture(autouse=True)
def _quiet_surroundings(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files go to a scratch folder; jobs wait for `run_jobs` instead of a broker."""
    settings.MEDIA_ROOT = str(tmp_path / "files")
    settings.AUDIT_ANCHORS = str(tmp_path / "anchors.jsonl")
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    monkeypatch.setattr(jobs, "ring", lambda job_id: None)


@pytest.fixture(scope="session", autouse=True)
def _forced_log_ins_are_verified() -> Iterator[None]:
    """`force_login` stands for the whole way in, second factor included."""
    plain = Client.force_login

    def with_second_factor(client: Client, user: User, backend: str | None = None) -> None:
        plain(client, user, backend)
        session = client.session
        session[entrance.VERIFIED] = NOW.isoformat()
        session.save()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", with_second_factor)
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def network(db) -> factory.Network:
    cache.clear()
    return factory.build()


@pytest.fixture
def cast(network: factory.Network) -> dict[str, User]:
    return factory.cast(network)


def _persona(name: str):
    @pytest.fixture(name=name)
    def fixture(network: factory.Network) -> User:
        role, where = factory.PERSONAS[name]
        return factory.persona(name, role, **{kind: getattr(network, place) for kind, place in where.items()})

    return fixture


hq_admin = _persona("hq_admin")
hq_ops = _persona("hq_ops")
hq_fin = _persona("hq_fin")
executive = _persona("executive")
prov_zj = _persona("prov_zj")
reg_a = _persona("reg_a")
am_1 = _persona("am_1")
d1_gm = _persona("d1_gm")
d1_sm = _persona("d1_sm")
d1_fin = _persona("d1_fin")
d2_gm = _persona("d2_gm")
investor = _persona("investor")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A logged-in browser of a user."""

    def open_for(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return open_for


@pytest.fixture
def api_of(now: datetime) -> Callable[[User], APIClient]:
    """An API client of a user with a real token."""

    def open_for(user: User) -> APIClient:
        _token, secret = accounts.issue_token(
            user=user, name="test", actor=access.system("test"), now=timezone.now(), verified=True
        )
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return open_for


@pytest.fixture
def actor_of(now: datetime) -> Callable[[User], access.Actor]:
    """The actor a user is on the frozen day."""
    return lambda user: accounts_queries.actor_for(user, on=now.date())


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Run every queued job in order of asking until none is left; returns how many ran."""

    def run_all() -> int:
        done = 0
        while job := Job.objects.filter(status__in=jobs.UNFINISHED).order_by("created_at", "pk").first():
            jobs.run(str(job.pk))
            done += 1
            job.refresh_from_db()
            if job.status in jobs.UNFINISHED:
                raise AssertionError(f"job {job.code} did not finish: {job.error}")
        return done

    return run_all
