"""Requests to addresses that people typed in: looked up once, refused unless public, sent to that very place.

No redirects, five seconds, 64 kB of answer. Source: reliability.md, webhooks.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError
from apps.work.channels import MOST_BYTES, TIMEOUT, Unreachable

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_LOCAL = {"localhost", "local", "internal", "localdomain"}


@dataclass(frozen=True)
class Place:
    """Where an address leads: the name it asks for, and the one IP address it is sent to."""

    parts: SplitResult
    host: str
    port: int
    ip: str


def checked(url: str, *, internal: bool = True) -> SplitResult:
    """The parts of an acceptable address. DomainError `bad_address`, `https_only`, `private_address`.

    Without `internal` the names in the company's network, which the operator allowed, are refused too.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refused("bad_address", _("This is no address.")) from error
    if not host or parts.username or parts.password or port == 0 or parts.scheme not in ("https", "http"):
        raise _refused("bad_address", _("This is no address."))
    host = unicodedata.normalize("NFKC", host).replace("\u3002", ".")
    inside = internal and host in settings.WEBHOOK_INTERNAL_HOSTS
    if parts.scheme != "https" and not inside:
        raise _refused("https_only", _("The address begins with https://."))
    literal = _ip(host)
    if not inside and (_odd(host) or (literal is not None and not _public(literal))):
        raise _refused("private_address", _("Addresses of private networks are refused."))
    return parts


def resolved(url: str, *, internal: bool = True) -> Place:
    """Look an address up once; refused when any of its IP addresses is not public."""
    parts = checked(url, internal=internal)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable("the name was not found") from error
    addresses = [str(each[4][0]) for each in found]
    inside = internal and host in settings.WEBHOOK_INTERNAL_HOSTS
    public = all(_public(ipaddress.ip_address(each.partition("%")[0])) for each in addresses)
    if not addresses or not (inside or public):
        raise _refused("private_address", _("Addresses of private networks are refused."))
    return Place(parts, host, port, addresses[0])


def post(url: str, body: bytes, headers: Mapping[str, str], *, internal: bool = True) -> int:
    """Post a body and return the status of the answer; Unreachable when there is none."""
    place = resolved(url, internal=internal)
    made: type[http.client.HTTPConnection] = _Pinned if place.parts.scheme == "https" else _PinnedPlain
    link: Any = made(place.host, place.port, timeout=TIMEOUT)
    link.ip = place.ip
    target = f"{place.parts.path or '/'}{'?' + place.parts.query if place.parts.query else ''}"
    try:
        link.request("POST", target, body, {"Content-Type": "application/json; charset=utf-8", **headers})
        answer = link.getresponse()
        answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise Unreachable(type(error).__name__) from error
    finally:
        link.close()
    return int(answer.status)


class _PinnedPlain(http.client.HTTPConnection):
    """Connects to the IP address that was looked at, not to what the name says a moment later."""

    ip = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.ip, self.port), self.timeout)


class _Pinned(_PinnedPlain):
    """The same over TLS; the certificate is that of the name."""

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _ip(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _odd(host: str) -> bool:
    """Whether a host is no name and no IP address as it is commonly written: 2130706433, 0x7f.1, 127.1.

    Libraries of the system read such a host as an IP address; `localhost` and its like lead to this machine.
    """
    last = host.rstrip(".").rpartition(".")[2]
    if last.lower() in _LOCAL:
        return True
    return bool(_NUMBER.fullmatch(last)) and (_ip(host) is None)


def _public(address: Address) -> bool:
    inner = _within(address)
    meant = inner or address
    if isinstance(meant, ipaddress.IPv6Address) and meant.is_site_local:
        return False
    return meant.is_global and not meant.is_multicast and not meant.is_reserved


def _within(address: Address) -> Address | None:
    """The IPv4 address an IPv6 address stands for: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _refused(code: str, message: Any) -> DomainError:
    return DomainError(code, message, fields={"url": message})
