"""Webhooks: signed, tried again, given up, replayed with one number; never to private addresses."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.work import outgoing
from apps.work.models import Webhook, WebhookDelivery
from apps.work.services import webhooks as services

NOW = datetime(2026, 7, 12, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
EVENT = "incentives.statement_published"
PRIVATE = (
    "https://127.0.0.1/x",
    "https://10.1.2.3/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.168.0.1:8443/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1]/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "http://example.com/",
    "https://user:word@example.com/",
    "ftp://example.com/",
    "https://",
    "//example.com",
    "https://example.com:99999/",
)


class Receiver(BaseHTTPRequestHandler):
    """Keeps what arrives and answers with the next status of its list."""

    answers: list[int] = []
    got: list[tuple[dict[str, str], bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((dict(self.headers), body))
        self.send_response(self.answers.pop(0) if self.answers else 200)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(settings):
    """A receiver on this machine, whose name is allowed."""
    Receiver.answers, Receiver.got = [], []
    settings.WEBHOOK_INTERNAL_HOSTS = ["localhost"]
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://localhost:{server.server_port}/in?from=dealerops"
        server.shutdown()
        thread.join()


def happen(*dealers, key="s1"):
    told = [services.Happened(f"{key}:{each.code}", each.pk, {"amount": "98000.00"}) for each in dealers]
    return services.emit(event=EVENT, happened=told, now=NOW)


def send(at=NOW):
    return services.send_due(clock=lambda: at)


def signed(secret, headers, body):
    expected = hmac.new(secret.encode(), f"{headers['X-Timestamp']}.".encode() + body, hashlib.sha256)
    return f"v1={expected.hexdigest()}" in headers["X-Signature"].split(", ")


@pytest.mark.parametrize("url", PRIVATE)
def test_addresses_that_are_not_public_are_refused(url, settings) -> None:
    settings.WEBHOOK_INTERNAL_HOSTS = []
    with pytest.raises(DomainError):
        outgoing.checked(url)


def test_a_name_that_leads_inside_is_refused_when_it_is_sent(monkeypatch) -> None:
    """All addresses of a name are looked at; the one that was looked at is the one connected to."""
    told = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: told)
    with pytest.raises(DomainError) as refused:
        outgoing.post("https://rebind.example.com/", b"{}", {})
    assert refused.value.code == "private_address"
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: told[:1])
    assert outgoing.resolved("https://rebind.example.com/").ip == "93.184.216.34"


def test_an_event_is_signed_tried_again_given_up_and_replayed(
    network, hq_admin, client_of, actor_of, receiver
):
    door, actor = client_of(hq_admin), actor_of(hq_admin)
    form = {"label": "ERP", "url": receiver, "events": [EVENT], "dealer": "D001"}
    refused = door.post(reverse("work:webhook-new"), form | {"url": "https://10.0.0.1/"})
    assert (refused.status_code, Webhook.objects.count()) == (422, 0)
    shown = door.post(reverse("work:webhook-new"), form)
    assert shown.status_code == 201
    hook, secret = Webhook.objects.get(), shown.context["secret"]
    assert secret not in hook.secret
    assert secret not in str(AuditEvent.objects.filter(object_type="work.webhook").values_list("after"))

    assert happen(network.d1, network.d2) == 1  # D002 is not subscribed
    happen(network.d1)  # the same key is told once
    row = WebhookDelivery.objects.get()
    Receiver.answers = [500, 302]
    assert send() == 0
    assert send() == 0  # not due yet
    assert (len(Receiver.got), send(NOW + timedelta(minutes=1)), len(Receiver.got)) == (1, 0, 2)
    assert send(NOW + timedelta(minutes=3)) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts, [tried["status"] for tried in row.tries]) == ("sent", 3, [500, 302, 200])
    assert {headers["X-Delivery-Id"] for headers, _body in Receiver.got} == {str(row.delivery_id)}
    headers, body = Receiver.got[-1]
    assert signed(secret, headers, body)
    assert json.loads(body) == row.payload | {"id": str(row.delivery_id)}
    assert json.loads(body)["data"] == {"amount": "98000.00"}

    fresh = services.rotate_secret(webhook=hook, actor=actor, now=NOW)
    door.post(reverse("work:delivery-replay", kwargs={"pk": row.pk}))
    with pytest.raises(DomainError):
        services.replay(delivery=row, actor=actor, now=NOW)
    row.refresh_from_db()
    assert send(row.due_at) == 1
    for word in (secret, fresh):  # a day long both secrets sign
        assert signed(word, *Receiver.got[-1]) == (row.due_at < NOW + services.FORMER or word == fresh)

    _give_up(door, hook, actor, network)


def _give_up(door, hook, actor, network) -> None:
    services.switch(webhook=hook, active=False, actor=actor, now=NOW)
    assert happen(network.d1, key="s2") == 0
    services.switch(webhook=hook, active=True, actor=actor, now=NOW)
    happen(network.d1, key="s3")
    Receiver.answers = [503] * 8
    at = NOW
    for _try in range(8):
        assert send(at) == 0
        at += timedelta(hours=3)
    dead = WebhookDelivery.objects.latest("pk")
    assert (dead.state, dead.attempts) == ("failed", 8)
    assert "HTTP 503" in door.get(reverse("work:delivery-list")).content.decode()
    assert door.get(reverse("work:webhook-detail", kwargs={"pk": hook.pk})).status_code == 200
    assert door.get(reverse("work:delivery-detail", kwargs={"pk": dead.pk})).status_code == 200
