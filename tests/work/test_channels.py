"""What the other side of a channel gets, over a real connection."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from apps.work import channels

PARCEL = channels.Parcel("0b8f6a52-1d1e-4b6c-9d7a-1f2e3d4c5b6a", "zhangsan", "有审批待我处理", "月度财务报表")
KEY = "a key of the gateway"


class Side(HTTPServer):
    """The other side: keeps what it is asked, answers from a list."""

    asked: list[tuple[str, dict[str, str], bytes]]
    answers: list[Any]


class Handler(BaseHTTPRequestHandler):
    """Takes one request."""

    server: Side

    def do_GET(self) -> None:
        """Keep the request and give the next answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, dict(self.headers), body))
        status, said = self.server.answers.pop(0)
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        """The same for what is posted."""
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def side() -> Iterator[Side]:
    server = Side(("127.0.0.1", 0), Handler)
    server.asked, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def url_of(side: Side) -> str:
    return f"http://127.0.0.1:{side.server_port}"


def test_wecom_takes_a_message_and_a_failure_is_tried_again(side, settings) -> None:
    settings.WECOM = {"base": url_of(side), "corp": "ww1", "secret": "s", "agent": "1000002"}
    side.answers = [
        (200, {"errcode": 0, "access_token": "T1", "expires_in": 7200}),
        (200, {"errcode": 42001, "errmsg": "access_token expired"}),
        (200, {"errcode": 0, "access_token": "T2", "expires_in": 7200}),
        (200, {"errcode": 0, "msgid": "m-1"}),
        (200, {"errcode": 0, "msgid": "m-2"}),
    ]
    wecom = channels.WeComChannel()
    with pytest.raises(channels.Unreachable):
        wecom.send(PARCEL)
    assert wecom.send(PARCEL) == "m-1"
    assert wecom.send(PARCEL) == "m-2"
    paths = [path for path, _headers, _body in side.asked]
    assert paths[0] == "/cgi-bin/gettoken?corpid=ww1&corpsecret=s"
    assert paths[1:] == [
        "/cgi-bin/message/send?access_token=T1",
        "/cgi-bin/gettoken?corpid=ww1&corpsecret=s",
        "/cgi-bin/message/send?access_token=T2",
        "/cgi-bin/message/send?access_token=T2",
    ]
    first, second = (json.loads(side.asked[place][2]) for place in (1, 3))
    assert first == second
    assert (first["touser"], first["msgtype"], first["enable_duplicate_check"]) == ("zhangsan", "text", 1)
    assert "月度财务报表" in first["text"]["content"]


def test_wecom_knows_nobody_of_that_name(side, settings) -> None:
    settings.WECOM = {"base": url_of(side), "corp": "ww1", "secret": "s", "agent": "1"}
    side.answers = [
        (200, {"errcode": 0, "access_token": "T", "expires_in": 7200}),
        (200, {"errcode": 0, "invaliduser": "zhangsan", "msgid": "m"}),
    ]
    with pytest.raises(channels.Refused):
        channels.WeComChannel().send(PARCEL)


def test_the_gateway_gets_a_signed_body_and_the_delivery_number(side, settings) -> None:
    settings.SMS_URL, settings.SMS_KEY = f"{url_of(side)}/send", KEY
    side.answers = [(200, {"id": "sms-1"})]
    assert channels.GatewayChannel().send(PARCEL) == "sms-1"
    ((path, headers, body),) = side.asked
    assert (path, headers["X-Delivery-Id"]) == ("/send", PARCEL.delivery_id)
    signed = hmac.new(KEY.encode(), f"{headers['X-Timestamp']}.".encode() + body, hashlib.sha256)
    assert headers["X-Signature"] == signed.hexdigest()
    assert json.loads(body)["delivery_id"] == PARCEL.delivery_id


@pytest.mark.parametrize(
    "answer",
    [(500, {}), (302, {}), (200, b"x" * (channels.MOST_BYTES + 1)), (200, b"no json")],
    ids=["error", "redirect", "too much", "no json"],
)
def test_a_strange_answer_is_a_failed_try(side, settings, answer) -> None:
    settings.SMS_URL, settings.SMS_KEY = url_of(side), KEY
    side.answers = [answer]
    with pytest.raises(channels.Unreachable):
        channels.GatewayChannel().send(PARCEL)
    assert len(side.asked) == 1


def test_nobody_there_is_a_failed_try(settings) -> None:
    settings.SMS_URL, settings.SMS_KEY = "http://127.0.0.1:9", KEY
    with pytest.raises(channels.Unreachable):
        channels.GatewayChannel().send(PARCEL)
