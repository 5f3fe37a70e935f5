"""A data base that may be committed to, for the proofs that look at it from several connections."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.core.cache import cache
from django.db import connection


@pytest.fixture(scope="module")
def own_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of a copy of the test data base: a module of tests commits to it, then it is gone.

    Such a module has a fixture `db` of its own that asks for this one, in place of the one that rolls back.
    """
    template = str(connection.settings_dict["NAME"])
    name = f"{template}_own"
    with django_db_blocker.unblock():
        connection.close()
        _server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connection.settings_dict["NAME"] = name
        cache.clear()
        try:
            yield _address(name)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = template
            _server(f'DROP DATABASE "{name}" WITH (FORCE)')
            cache.clear()


def _server(*statements: str) -> None:
    link = psycopg2.connect(_address("postgres"))
    link.autocommit = True
    for statement in statements:
        link.cursor().execute(statement)
    link.close()


def _address(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
