"""Webhooks: signed, tried again, given up, replayed with one number; never to private addresses."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from apps.core.errors import DomainError
from apps.core.models import AuditEvent, IdempotentRequest
from apps.work import outgoing
from apps.work.models import Webhook, WebhookDelivery
from apps.work.services import webhooks as services

NOW = datetime(2026, 7, 12, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
EVENT = "incentives.statement_published"
ADDRESSES = """
https://127.0.0.1/x https://127.1/ https://127.0.1/ https://2130706433/ https://0x7f000001/ https://0x7f.1/
https://0177.0.0.1/ https://0177.1/ https://017700000001/ https://127.0.0.1./ https://127.0.0.01/ https://0/
https://0.0.0.0/ https://localhost/ https://LOCALHOST./ https://api.localhost/ https://db.local/
https://metadata.google.internal/ https://[::1]/ https://[::]/ https://[0:0:0:0:0:0:0:1]/
https://[::1%25lo]/ https://[::ffff:127.0.0.1]/ https://[::ffff:7f00:1]/ https://[::ffff:10.0.0.1]/
https://[::127.0.0.1]/ https://[64:ff9b::7f00:1]/ https://[64:ff9b:1::a00:1]/ https://[2002:7f00:1::]/
https://[2001:0:7f00:1::]/ https://[2001:0:0:0:0:0:80ff:fffe]/ https://[fe80::1]/ https://[fec0::1]/
https://[fc00::1]/ https://[fd12:3456::1]/ https://[ff02::1]/ https://[2001:db8::1]/
https://10.1.2.3/ https://172.16.0.1/ https://172.31.255.255/ https://192.168.0.1:8443/ https://192.0.2.1/
https://169.254.169.254/latest/meta-data/ https://100.64.0.1/ https://198.18.0.1/ https://224.0.0.1/
https://240.0.0.1/ https://255.255.255.255/ https://①②⑦.⓪.⓪.①/ https://１２７。０。０。１/
http://example.com/ https://user:word@example.com/ https://example.com@127.0.0.1/ ftp://example.com/
file:///etc/passwd gopher://127.0.0.1:6379/ https:// //example.com https://example.com:99999/
https://example.com:0/
"""
PUBLIC = ("https://example.com/in", "https://8.8.8.8:8443/", "https://[2606:4700::1111]/", "https://例子.cn/")


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


def test_addresses_that_are_not_public_are_refused(settings) -> None:
    settings.WEBHOOK_INTERNAL_HOSTS = ["erp.corp"]
    taken = []
    for url in [*ADDRESSES.split(), *PUBLIC, "http://erp.corp/in"]:
        with suppress(DomainError):
            outgoing.checked(url)
            taken.append(url)
    assert taken == [*PUBLIC, "http://erp.corp/in"]
    with pytest.raises(DomainError):  # what the operator allowed is not for the addresses of dealers
        outgoing.checked("http://erp.corp/in", internal=False)


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


def test_a_dealer_has_webhooks_of_its_own(network, cast, client_of, api_of, actor_of, receiver):
    """Told of its own events only; seen, changed and replayed by nobody else's people; never inside."""
    keyed = {"format": "json", "headers": {"Idempotency-Key": "webhook-of-d1"}}
    given = {"name": "DMS", "url": "https://dms.example.com/in", "events": [EVENT]}
    hq_admin, d1_gm, d1_sm, d2_gm = (cast[name] for name in ("hq_admin", "d1_gm", "d1_sm", "d2_gm"))
    own, foreign = api_of(d1_gm), api_of(d2_gm)
    hooks = "/api/v1/webhooks/"
    assert own.post(hooks, given, format="json").status_code == 400  # no key
    assert api_of(d1_sm).post(hooks, given, **keyed).status_code == 403
    for wrong in ({"dealer": "D002"}, {"url": receiver}, {"url": "https://127.1/"}, {"events": ["x"]}):
        assert own.post(hooks, given | wrong, **keyed).status_code in (400, 409), wrong
    assert not Webhook.objects.exists()
    made, again = own.post(hooks, given, **keyed), own.post(hooks, given, **keyed)
    assert (made.status_code, made.json()) == (201, again.json())
    hook = Webhook.objects.get()
    assert (hook.owner, hook.dealer) == (network.d1, network.d1)
    kept = IdempotentRequest.objects.get(key="webhook-of-d1").answer
    assert made.json()["secret"] not in str(kept)
    assert happen(network.d1, network.d2) == 1
    row = WebhookDelivery.objects.get()
    assert row.payload["dealer"] == "D001"
    WebhookDelivery.objects.update(state="failed")
    address = reverse("work:webhook-detail", kwargs={"pk": hook.pk})
    replay = f"/api/v1/webhook-deliveries/{row.pk}/replay/"
    assert client_of(d2_gm).get(address).status_code == 404
    assert client_of(d2_gm).post(f"{address}rotate/").status_code == 404
    assert foreign.get(hooks).json()["count"] == 0
    assert foreign.post(replay, **keyed).status_code == 404
    assert own.post(replay, format="json", headers={"Idempotency-Key": "replay-of-d1"}).status_code == 200
    Webhook.objects.update(url=receiver)
    row.refresh_from_db()
    assert (send(row.due_at), Receiver.got) == (0, [])  # a name the operator allows lets no dealer in
    row.refresh_from_db()
    assert (row.attempts, row.tries[-1]["status"]) == (1, None)
    shop = client_of(d1_gm)
    assert shop.get(address).status_code == 200
    assert "DMS" in shop.get(reverse("work:webhook-list")).content.decode()
    assert api_of(hq_admin).get(hooks).json()["count"] == 1
    maker = services.create_webhook(
        label="ERP", url="https://erp.example.com/", events=[EVENT], dealer_id=network.d1.pk,
        actor=actor_of(hq_admin), now=NOW,
    )[0]  # fmt: skip
    assert (maker.owner_id, own.get(hooks).json()["count"]) == (None, 1)
    hidden = reverse("work:webhook-detail", kwargs={"pk": maker.pk})
    assert shop.get(hidden).status_code == 404


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
