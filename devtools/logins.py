"""Three log-ins of the data base: the owner migrates; web and worker come in by roles of their own."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

WEB: Final = "dealerops_web"
WORKER: Final = "dealerops_worker"
PASSWORDS: Final = {WEB: "DEALEROPS_WEB_PASSWORD", WORKER: "DEALEROPS_WORKER_PASSWORD"}
BACKUP: Final = "DEALEROPS_BACKUP_URL"


def passwords(secret: str, given: Mapping[str, str]) -> dict[str, str]:
    """The passwords of the two roles: those given from outside, else made from the folder's secret."""
    made = {
        name: hmac.new(secret.encode(), role.encode(), hashlib.sha256).hexdigest()
        for role, name in PASSWORDS.items()
    }
    return {name: given.get(name) or value for name, value in made.items()}


def address(owner: str, role: str, settings: Mapping[str, str]) -> str:
    """The owner's address with the log-in of a role in it."""
    parts = urlsplit(owner)
    place = parts.netloc.rpartition("@")[2]
    login = f"{role}:{quote(settings[PASSWORDS[role]], safe='')}@{place}"
    return urlunsplit(parts._replace(netloc=login))


def for_process(name: str, owner: str, settings: Mapping[str, str]) -> dict[str, str]:
    """How a process of this name logs in; what is no web process also knows how to read all, for backups."""
    told = dict.fromkeys(PASSWORDS.values(), "")
    if name == "web":
        return told | {"DATABASE_URL": address(owner, WEB, settings), BACKUP: ""}
    return told | {"DATABASE_URL": address(owner, WORKER, settings), BACKUP: settings.get(BACKUP) or owner}
