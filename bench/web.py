"""Requests to real web servers: the product as it is served, and the floors beside it."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.test import Client

from apps.accounts import entrance
from apps.accounts.models import User

PRODUCT = "dealerops.wsgi:application"
FLOORS = "bench.floors:application"
_SERVER = ("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket")
_READY_SECONDS = 30.0
_WARM_UP = 20


class Site:
    """A web server on the data base of the bench."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of a page; anything but 200 is an error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return body

    def warm_up(self, path: str, headers: Mapping[str, str] | None = None) -> None:
        """Ask often enough for every process of the server to have answered."""
        for _ in range(_WARM_UP):
            self.get(path, headers)


@contextlib.contextmanager
def serve(application: str) -> Iterator[Site]:
    """A server as `dev.py demo` starts it, until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, *_SERVER, "--bind", f"127.0.0.1:{port}"]
    environment = os.environ | {"DEALEROPS_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [*command, "--log-level", "error"], env=environment, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        _wait(process, port)
        yield Site(port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("the web server did not start")


def cookie(username: str) -> dict[str, str]:
    """The headers of a browser in which somebody has logged in."""
    browser = Client()
    browser.force_login(User.objects.get(username=username))
    session = browser.session
    session[entrance.VERIFIED] = "bench"
    session.save()
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"}


def bearer(secret: str) -> dict[str, str]:
    """The headers of a system with its API token."""
    return {"Authorization": f"Bearer {secret}"}
