"""Ways into the product for files: over sockets to served processes, or through the test client."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

_LINE = "----proof-of-files"


@dataclass(frozen=True)
class Answer:
    """What was answered to a request: its JSON (or bytes), and the seconds it took."""

    status: int
    body: bytes
    seconds: float

    @property
    def told(self) -> dict[str, Any]:
        """The JSON object of the answer; empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {"list": found}


class Caller(Protocol):
    """Somebody with a token."""

    def ask(self, path: str) -> Answer:
        """GET."""

    def send(
        self, path: str, fields: Mapping[str, str], *, file: tuple[str, bytes] | None = None, key: str = ""
    ) -> Answer:
        """POST a form, with a file when there is one; every call has a key of its own unless one is given."""

    def cut(self, path: str, fields: Mapping[str, str], *, key: str) -> None:
        """POST a form and go away before the answer."""


@dataclass(frozen=True)
class OverSockets:
    """A connection of its own for every request to the served product."""

    port: int
    secret: str

    def ask(self, path: str) -> Answer:
        return self._call("GET", path, b"", {})

    def send(
        self, path: str, fields: Mapping[str, str], *, file: tuple[str, bytes] | None = None, key: str = ""
    ) -> Answer:
        headers = {"Content-Type": KIND, "Idempotency-Key": key or uuid.uuid4().hex}
        return self._call("POST", path, multipart(fields, file), headers)

    def cut(self, path: str, fields: Mapping[str, str], *, key: str) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": KIND, "Idempotency-Key": key}
        link.request("POST", path, body=multipart(fields, None), headers=headers)
        link.close()

    def _call(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        started = time.perf_counter()
        given = {"Authorization": f"Bearer {self.secret}", "X-Forwarded-For": "198.51.100.1"}
        link.request(method, path, body=body or None, headers=given | headers)
        reply = link.getresponse()
        content = reply.read()
        link.close()
        return Answer(reply.status, content, time.perf_counter() - started)


@dataclass(frozen=True)
class Direct:
    """The same requests through the whole product in this process."""

    client: Any
    secret: str

    def ask(self, path: str) -> Answer:
        return self._call("GET", path, b"", "application/octet-stream", "")

    def send(
        self, path: str, fields: Mapping[str, str], *, file: tuple[str, bytes] | None = None, key: str = ""
    ) -> Answer:
        return self._call("POST", path, multipart(fields, file), KIND, key or uuid.uuid4().hex)

    def cut(self, path: str, fields: Mapping[str, str], *, key: str) -> None:
        self.send(path, fields, key=key)  # nobody looks at the answer

    def _call(self, method: str, path: str, body: bytes, kind: str, key: str) -> Answer:
        started = time.perf_counter()
        reply = self.client.generic(
            method,
            path,
            body,
            kind,
            headers={"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key},
        )
        return Answer(reply.status_code, reply.content, time.perf_counter() - started)


KIND = f"multipart/form-data; boundary={_LINE}"


def multipart(fields: Mapping[str, str], file: tuple[str, bytes] | None) -> bytes:
    """A form with a file as browsers send it."""
    parts = [
        f'--{_LINE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    if file is not None:
        name, content = file
        head = f'--{_LINE}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        parts += [f"{head}Content-Type: application/octet-stream\r\n\r\n".encode(), content, b"\r\n"]
    return b"".join([*parts, f"--{_LINE}--\r\n".encode()])
