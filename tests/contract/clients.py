"""A browser that leaves no trace: every request is rolled back, cookies included."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from apps.accounts import entrance
from apps.accounts.models import User


class Door:
    """One person's way into the product."""

    def __init__(self, user: User | None) -> None:
        self._client = Client(raise_request_exception=False)
        if user is not None:
            self._client.force_login(user)
            session = self._client.session
            session[entrance.VERIFIED] = "contract"  # the whole way in, second factor included
            session.save()
        self._cookies = self._client.cookies.output()

    def ask(self, method: str, url: str, data: Any = None) -> HttpResponse:
        """The answer to one request, as if it had been the only one; nothing it did stays."""
        with transaction.atomic():
            answer = self.send(method, url, data)
            transaction.set_rollback(True)
        if answer.streaming:
            answer = HttpResponse(answer.getvalue(), status=answer.status_code, headers=answer.headers)
        return answer

    def send(self, method: str, url: str, data: Any = None) -> HttpResponse:
        """The answer to one request whose effect stays for the rest of the test; cookies do not."""
        self._client.cookies = SimpleCookie()
        self._client.cookies.load(self._cookies.replace("Set-Cookie: ", ""))
        call = getattr(self._client, method.lower())
        json = {"content_type": "application/json"} if url.startswith("/api/") and method != "GET" else {}
        return call(url, data, headers={"Idempotency-Key": "contract-1"}, **json)

    def get(self, url: str, data: Any = None) -> HttpResponse:
        """The answer to a GET."""
        return self.ask("GET", url, data)


def status_of(answer: HttpResponse) -> str:
    """The status as the table words it: the way to the log-in is told from other redirects."""
    if answer.status_code in (301, 302):
        return "login" if "/login" in answer["Location"] else "redirect"
    return str(answer.status_code)
