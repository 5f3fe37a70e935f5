"""The settings of a real installation pass Django's own check, and containers are given all of them."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from tests.architecture.source import ROOT

VARIABLE = re.compile(r"DEALEROPS_[A-Z_]+")
NOT_FOR_CONTAINERS = {
    "DEALEROPS_DEBUG": "never in a real installation",
    "DEALEROPS_SHOW_SAMPLE_CODES": "samples only",
    "DEALEROPS_STATIC_ROOT": "set in the image",
    "DEALEROPS_PG_PROGRAMS": "the image has the programs where they are found",
}


def check(**given: str) -> subprocess.CompletedProcess[str]:
    address = urlsplit(os.environ["DATABASE_URL"])
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}")),
        "DEALEROPS_SECRET_KEY": secrets.token_urlsafe(60),
        "DEALEROPS_ALLOWED_HOSTS": "dealers.example.com",
        "DEALEROPS_HTTPS": "true",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment | given, capture_output=True, text=True)


@pytest.mark.django_db
def test_nothing_is_to_be_said_of_a_real_installation() -> None:
    done = check()
    assert (done.returncode, done.stderr[-2000:]) == (0, "")
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.django_db
def test_a_weak_installation_is_told_of() -> None:
    done = check(DEALEROPS_HTTPS="false")
    assert done.returncode == 1
    assert "security.W008" in done.stderr


def test_containers_are_given_every_setting() -> None:
    known = set(VARIABLE.findall((ROOT / "dealerops" / "settings.py").read_text(encoding="utf-8")))
    given = set(VARIABLE.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert known - given == set(NOT_FOR_CONTAINERS)
