"""The ways out of the product, behind one interface: e-mail, text message, WeCom, and the console.

A channel gets a parcel with a delivery number and returns a receipt. It raises `Refused` for what will never
arrive; everything else is tried again with the same number.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

log = logging.getLogger("dealerops.messages")

TIMEOUT = 5
MOST_BYTES = 64 * 1024
WECOM = "https://qyapi.weixin.qq.com"
_LASTING = frozenset({40003, 60111, 81013, 82001})  # WeCom: nobody with this account


class Refused(Exception):
    """The message will never arrive: there is no address, or the other side knows nobody of that name."""


class Unreachable(Exception):
    """The other side did not take the message this time."""


@dataclass(frozen=True)
class Parcel:
    """What is sent to whom; `delivery_id` is the same at every try."""

    delivery_id: str
    to: str
    subject: str
    body: str


class Channel(Protocol):
    """A way out of the product."""

    def send(self, parcel: Parcel) -> str:
        """Hand the parcel over and return the receipt of the other side."""
        ...


def channel(code: str) -> Channel | None:
    """The channel as the settings have it; None when it is not set up."""
    path = settings.MESSAGE_CHANNELS.get(code)
    return _made(path) if path else None


@cache
def _made(path: str) -> Channel:
    made: Channel = import_string(path)()
    return made


def whole(url: str) -> str:
    """An address of ours as people outside the product open it."""
    return settings.PUBLIC_URL.rstrip("/") + url if url.startswith("/") else url


class ConsoleChannel:
    """Writes to the log what would be sent; for development."""

    def send(self, parcel: Parcel) -> str:
        log.info("message %s to %s: %s | %s", parcel.delivery_id, parcel.to, parcel.subject, parcel.body)
        return "console"


class EmailChannel:
    """Sends over the mail server of the settings; the delivery number is the number of the e-mail."""

    def send(self, parcel: Parcel) -> str:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ") or "localhost"
        number = f"<{parcel.delivery_id}@{domain}>"
        headers = {"Message-ID": number, "X-Delivery-Id": parcel.delivery_id}
        EmailMessage(parcel.subject, parcel.body, None, [parcel.to], headers=headers).send()
        return number


class GatewayChannel:
    """Posts JSON to a gateway of the company that sends text messages.

    The body is signed: `X-Signature` is HMAC-SHA256 over `<timestamp>.<body>`; a repeated `X-Delivery-Id` is
    the same message again.
    """

    def send(self, parcel: Parcel) -> str:
        body = json.dumps(
            {"delivery_id": parcel.delivery_id, "to": parcel.to, "text": f"{parcel.subject}\n{parcel.body}"},
            ensure_ascii=False,
        ).encode()
        stamp = str(int(time.time()))
        signature = hmac.new(settings.SMS_KEY.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        headers = {
            "X-Delivery-Id": parcel.delivery_id,
            "X-Timestamp": stamp,
            "X-Signature": signature.hexdigest(),
        }
        answer = post(settings.SMS_URL, body, headers)
        return str(answer.get("id", ""))


class WeComChannel:
    """Sends a text message of the company's WeCom application; WeCom itself drops repetitions for a while."""

    def __init__(self) -> None:
        self._token, self._until = "", 0.0

    def send(self, parcel: Parcel) -> str:
        content = f"{parcel.subject}\n{parcel.body}\n[{parcel.delivery_id[:8]}]"
        body = {
            "touser": parcel.to,
            "msgtype": "text",
            "agentid": settings.WECOM["agent"],
            "text": {"content": content},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 14400,
        }
        url = f"{settings.WECOM['base']}/cgi-bin/message/send?access_token={quote(self._fresh_token())}"
        answer = post(url, json.dumps(body, ensure_ascii=False).encode(), {})
        code = int(answer.get("errcode", -1))
        if code in _LASTING or answer.get("invaliduser"):
            raise Refused(f"WeCom {code}: {answer.get('invaliduser') or answer.get('errmsg')}")
        if code:
            self._until = 0.0
            raise Unreachable(f"WeCom {code}: {answer.get('errmsg')}")
        return str(answer.get("msgid", ""))

    def _fresh_token(self) -> str:
        if time.monotonic() >= self._until:
            corp, secret = quote(settings.WECOM["corp"]), quote(settings.WECOM["secret"])
            url = f"{settings.WECOM['base']}/cgi-bin/gettoken?corpid={corp}&corpsecret={secret}"
            answer = post(url, None, {})
            if answer.get("errcode"):
                raise Unreachable(f"WeCom {answer['errcode']}: {answer.get('errmsg')}")
            self._token = str(answer["access_token"])
            self._until = time.monotonic() + int(answer.get("expires_in", 7200)) - 300
        return self._token


def post(url: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
    """The JSON answer to a request: five seconds, 64 kB, no redirects; without a body it is a GET."""
    parts = urlsplit(url)
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    link = made(parts.hostname or "", parts.port, timeout=TIMEOUT)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        sent = {"Content-Type": "application/json; charset=utf-8", **headers}
        link.request("POST" if body is not None else "GET", target, body, sent)
        answer = link.getresponse()
        read = answer.read(MOST_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(type(error).__name__) from error
    finally:
        link.close()
    if answer.status >= 300 or len(read) > MOST_BYTES:
        raise Unreachable(f"HTTP {answer.status}")
    try:
        said = json.loads(read or b"{}")
    except ValueError as error:
        raise Unreachable("no JSON") from error
    return said if isinstance(said, dict) else {}
