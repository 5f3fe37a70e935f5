"""Who is at the door: the address a request comes from, its browser, and the secret of a known device."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

DEVICE_COOKIE = "device"
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Visitor:
    """What is known of somebody before a name is looked at."""

    address: str
    agent: str
    device_secret: str = ""

    @property
    def network(self) -> str:
        """What counts as one address: an IPv4 address, or the /64 a household has in IPv6."""
        found = ip_address(self.address)
        if isinstance(found, IPv6Address):
            return str(found.ipv4_mapped or ip_network((self.address, 64), strict=False))
        return str(found)


def visitor_of(request: HttpRequest) -> Visitor:
    """The visitor behind a request."""
    return Visitor(
        _address(request),
        browser_name(request.headers.get("User-Agent", "")),
        request.COOKIES.get(DEVICE_COOKIE, ""),
    )


def browser_name(agent: str) -> str:
    """Browser and system in two words a user recognises; the raw text, shortened, when both are unknown."""
    known = [next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, known)) or re.sub(r"[^\w ./;()-]", "", agent)[:60]


def _address(request: HttpRequest) -> str:
    """The peer, or what the nearest of our own proxies says; what a visitor writes itself is not believed."""
    peer: str = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - a server on a Unix socket
    hops = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        peer = hops[-settings.TRUSTED_PROXIES]
    try:
        return str(ip_address(peer))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - named by nobody, so all such visitors share one count
