"""The embedded pair, PostgreSQL and Valkey, for every address the environment does not give."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from devtools.places import server_home
from devtools.postgres import Postgres
from devtools.system import Unmet, server_account
from devtools.valkey import Valkey

ADDRESSES: Final = ("DATABASE_URL", "REDIS_URL")


class Pair:
    """Servers of one folder; a server whose address is given from outside is never started.

    With `like`, a new data base cluster is a copy of that stopped one.
    """

    def __init__(
        self,
        wanted: Path,
        given: Mapping[str, str] | None = None,
        *,
        durable: bool = True,
        like: Path | None = None,
    ) -> None:
        given = os.environ if given is None else given
        self.wanted = wanted
        self.given = {name: given[name] for name in ADDRESSES if given.get(name)}
        self.servers: dict[str, Postgres | Valkey] = {}
        missing = [name for name in ADDRESSES if name not in self.given]
        if not missing:
            return
        if sys.platform == "win32":
            raise Unmet("No embedded servers on Windows: set DATABASE_URL and REDIS_URL, or use containers.")
        account = server_account()
        self.home = server_home(wanted.resolve(), account)
        servers: dict[str, Postgres | Valkey] = {
            "DATABASE_URL": Postgres(self.home, account, durable=durable, like=like),
            "REDIS_URL": Valkey(self.home, account, durable=durable),
        }
        self.servers = {name: servers[name] for name in missing}

    def start(self) -> dict[str, str]:
        """Both addresses, after starting or attaching to what is missing."""
        return self.given | {name: server.start() for name, server in self.servers.items()}

    def addresses(self) -> dict[str, str | None]:
        """Both addresses as they are now; none for a server that does not run."""
        return self.given | {name: server.url for name, server in self.servers.items()}

    def stop(self) -> None:
        """Stop what we serve from this folder."""
        for server in self.servers.values():
            server.stop()

    def remove(self) -> None:
        """Stop the servers and delete their data."""
        self.stop()
        if self.servers:
            shutil.rmtree(self.home, ignore_errors=True)
