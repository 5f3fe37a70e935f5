"""A served product for proofs at the door: servers, migrated data base, web processes, browsers over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from importlib import import_module
from urllib.parse import urlencode

import django

from proofs.arena import ROOT, Arena, Report, arguments, wait_for

BASE = "proof_door"
CSRF = "a" * 32
WORKERS = 3


@dataclass
class Reply:
    """What was answered, and how long it took."""

    status: int
    body: bytes
    location: str
    seconds: float


@dataclass
class Browser:
    """Somebody at an address, with a jar of cookies; every request is a connection of its own."""

    port: int
    address: str = "198.51.100.1"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Reply:
        """Ask for a page."""
        return self._send("GET", path, b"")

    def post(self, path: str, **fields: str) -> Reply:
        """Send a form."""
        form = urlencode(fields | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", CSRF)}).encode()
        return self._send("POST", path, form)

    def log_in(self, name: str, password: str) -> Reply:
        """Send name and password."""
        return self.post("/accounts/login/", username=name, password=password)

    def _send(self, method: str, path: str, body: bytes) -> Reply:
        cookies = {"csrftoken": CSRF} | self.cookies
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-Forwarded-For": self.address,
            "Content-Type": "application/x-www-form-urlencoded",
        } | self.headers
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        started = time.perf_counter()
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - started
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        connection.close()
        return Reply(answer.status, content, answer.headers.get("Location", ""), seconds)


class House:
    """The product behind one proxy, served by three processes; `plant` switches the planted defects on."""

    def __init__(self, settings: dict[str, str], *, plant: bool, application: str = "") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        planted = "proofs.planted_door:application" if plant else "dealerops.wsgi:application"
        application = application or planted
        command = [sys.executable, "-m", "gunicorn", application, "--worker-class", "gthread"]
        command += [
            "--workers",
            str(WORKERS),
            "--threads",
            "4",
            "--no-control-socket",
            "--log-level",
            "error",
        ]
        self._process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{self.port}"],
            cwd=ROOT,
            env=settings,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        if not wait_for(self._answers, 90):
            raise RuntimeError("the web server did not start")

    def browser(self, address: str = "198.51.100.1", **headers: str) -> Browser:
        """Somebody new at an address."""
        return Browser(self.port, address, headers)

    def close(self) -> None:
        """Stop serving."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.browser().get("/healthz/live").status == 200
        return False


PROOFS = {
    "A1": "proofs.door.guessing",
    "A2": "proofs.door.listening",
    "A3": "proofs.door.second_doors",
    "M7": "proofs.door.ending",
}
"""Where each proof stands; its `prove(house, report, rng, quick)` is loaded once the settings are known."""


@contextlib.contextmanager
def built() -> Iterator[dict[str, str]]:
    """Servers with a migrated data base; this process becomes one of the product on them."""
    arena = Arena()
    try:
        settings = arena.blank(BASE) | {"DEALEROPS_TRUSTED_PROXIES": "1"}
        os.environ.update(settings)
        django.setup()
        yield settings
    finally:
        arena.close()


def run(*names: str) -> int:
    """Run proofs on one house, print a JSON line for each; 1 when any of them found a failure."""
    options = arguments(" ".join(names))
    with built() as settings:
        house = House(settings, plant=options.plant)
        try:
            codes = []
            for name in names:
                report = Report(name, options.seed)
                prove = import_module(PROOFS[name]).prove
                prove(house, report, random.Random(options.seed), options.quick)
                codes.append(report.close())
        finally:
            house.close()
    return max(codes)
