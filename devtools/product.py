"""The product with its servers on one data folder under var/: settings, migrations, processes."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from devtools import environment, logins, processes
from devtools.embedded import Pair
from devtools.environment import PYTHON, ROOT, VAR
from devtools.system import Unmet, port_is_free, tail

READY_SECONDS: Final = 90.0
PORTS_TRIED: Final = 20
MIGRATED: Final = "migrated"
"""File in a data folder with the stamp of the migrations its embedded data base has."""


def settings_for(name: str) -> dict[str, str]:
    """Settings of the product for one data folder, apart from the servers' addresses."""
    home = VAR / name
    home.mkdir(parents=True, exist_ok=True)
    secret = home / "secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(60))
    defaults = {
        "DEALEROPS_SECRET_KEY": secret.read_text(),
        "DEALEROPS_FILES": str(home / "files"),
        "DEALEROPS_BACKUPS": str(home / "backups"),
        "DEALEROPS_STATIC_ROOT": str(home / "static"),
        "DEALEROPS_LOG_LEVEL": "WARNING",
    }
    defaults |= logins.passwords(defaults["DEALEROPS_SECRET_KEY"], os.environ)
    return {key: os.environ.get(key) or value for key, value in defaults.items()}


@contextlib.contextmanager
def servers(name: str, *, alone: bool = False) -> Iterator[Pair]:
    """The servers of a data folder; we stop them unless they ran before or another command uses them."""
    home = VAR / name
    home.mkdir(parents=True, exist_ok=True)
    pair = Pair(home)
    busy = f"var/{name} is in use by another dev.py; end that one, or run `python3 dev.py stop`."
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(environment.exclusive(home / "lock", busy))
        except environment.Busy:
            if alone:
                raise
        else:
            if alone:
                processes.end_leftovers(home / processes.RECORD)
            if alone or None in pair.addresses().values():
                stack.callback(_put_away, pair)
        os.environ.update(pair.start())
        yield pair


def _put_away(pair: Pair) -> None:
    with uninterrupted():
        pair.stop()


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Further Ctrl-C are ignored while things are put away."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def manage(*arguments: str, settings: dict[str, str], quiet: bool = False) -> bool:
    """Run a management command; whether it succeeded. Quiet commands write to var/manage.log."""
    command = [str(PYTHON), str(ROOT / "manage.py"), *arguments]
    if quiet:
        return environment.run_logged(command, VAR / "manage.log", **settings)
    return subprocess.run(command, cwd=ROOT, env=os.environ | settings).returncode == 0


def _must_manage(*arguments: str, settings: dict[str, str]) -> None:
    if not manage(*arguments, settings=settings, quiet=True):
        log = VAR / "manage.log"
        raise Unmet(f"`manage.py {arguments[0]}` failed, see {log}\n{tail(log)}")


def migrate(pair: Pair, settings: dict[str, str]) -> None:
    """Bring the data base up to date; on embedded servers only when a migration or package changed."""

    def run() -> None:
        _must_manage("migrate", "--noinput", "-v0", settings=settings)
        _must_manage("database_roles", settings=settings)

    if pair.given:
        environment.step("data base", run)
        return
    shaping = [*ROOT.glob("apps/*/migrations/*.py"), *ROOT.glob("apps/**/policies.py")]
    shaping += [ROOT / "apps" / "core" / name for name in ("wall.py", "fortress.py", "files.py", "trail.py")]
    files = environment.digest(environment.LOCK, *sorted(shaping))
    cluster = (pair.home / "pg" / "PG_VERSION").stat().st_mtime_ns
    environment.once(pair.wanted / MIGRATED, f"{files} {cluster}", "data base", run)


def _collect_static(home: Path, settings: dict[str, str]) -> None:
    """Gather static files when ours or a package's changed."""

    def run() -> None:
        _must_manage("collectstatic", "--noinput", "--clear", "--link", "-v0", settings=settings)

    files = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
    names = [str(path.relative_to(ROOT)) for path in files]
    content = environment.digest(environment.LOCK, ROOT / "package-lock.json", *files)
    stamp = f"{content} {settings['DEALEROPS_STATIC_ROOT']} {names}"
    environment.once(home / "static.done", stamp, "static files", run)


def serve(name: str, settings: dict[str, str], port: int) -> None:
    """Run web, worker and beat until Ctrl-C, which is the proper end."""
    home = VAR / name
    if name == "demo":
        settings = settings | {"DEALEROPS_SHOW_SAMPLE_CODES": "true", "DEALEROPS_EMAIL_URL": "consolemail://"}
    port = _usable_port(port)
    _collect_static(home, settings)
    supervisor = processes.Supervisor(home, _processes(home, port, settings), settings)
    try:
        supervisor.start()
        environment.step("web, worker, beat", lambda: _wait_until_ready(supervisor, port))
        address = f"http://127.0.0.1:{port}/"
        print(f"\nDealerOps runs at {address}", flush=True)
        if name == "demo":
            manage("demo", "--logins", settings=settings)
        print(f"Logs: {home.relative_to(ROOT)}/*.log. Stop with Ctrl-C; the data stay.", flush=True)
        supervisor.watch()
    except KeyboardInterrupt:
        pass
    finally:
        with uninterrupted():
            print("\nStopping …", end="", flush=True, file=sys.stderr)
            supervisor.stop()
            print(" done", file=sys.stderr)


def _processes(home: Path, port: int, settings: dict[str, str]) -> list[processes.Process]:
    web = ["-m", "gunicorn", "dealerops.wsgi:application", "--worker-class", "gthread", "--workers", "2"]
    web += [
        "--threads",
        "8",
        "--no-control-socket",
        "--graceful-timeout",
        "10",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    worker = ["-m", "celery", "-A", "dealerops", "worker", "--loglevel", "WARNING", "--concurrency", "2"]
    beat = ["-m", "celery", "-A", "dealerops", "beat", "--loglevel", "WARNING"]
    if sys.platform == "win32":
        web = ["manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
        worker += ["--pool", "solo"]
    commands = {"web": web, "worker": worker, "beat": beat}
    return [
        processes.Process(
            name,
            [str(PYTHON), *words],
            home / f"{name}.log",
            own=logins.for_process(name, os.environ["DATABASE_URL"], os.environ | settings),
        )
        for name, words in commands.items()
    ]


def _usable_port(wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TRIED):
        if port_is_free(port):
            return port
    raise Unmet(f"Ports {wanted} to {wanted + PORTS_TRIED - 1} are all in use: choose one with --port.")


def _wait_until_ready(supervisor: processes.Supervisor, port: int) -> None:
    """Wait until the product says that it can work (/healthz/ready)."""
    deadline = time.monotonic() + READY_SECONDS
    answer = ""
    while time.monotonic() < deadline:
        supervisor.restart_ended()
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            link.request("GET", "/healthz/ready")
            response = link.getresponse()
            answer = response.read(500).decode(errors="replace")
            if response.status == http.client.OK or _waits_for_work_only(answer):
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise Unmet(f"The product did not become ready in {READY_SECONDS:.0f} s. {answer}")


def _waits_for_work_only(answer: str) -> bool:
    """Whether all parts work and only jobs of an earlier start are still due."""
    try:
        parts = json.loads(answer)
    except ValueError:
        return False
    return isinstance(parts, dict) and parts.get("database") == "ok" and parts.get("broker") == "ok"
