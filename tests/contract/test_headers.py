"""Every answer carries the headers that keep a browser from doing harm: the short form of proof H1."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import reverse

from tests.contract.addresses import addresses
from tests.contract.clients import Door
from tests.contract.routes import all_routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrecorded")]

PERSONAS = ("anonymous", "hq_admin", "d1_gm")
YEAR = "max-age=31536000"
PLANTED = os.environ.get("DEALEROPS_PLANTED") == "inline_scripts"
DIRECTIVES = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")


def lacking(headers: Mapping[str, str]) -> list[str]:
    """What an answer's headers leave open."""
    policy = headers.get("Content-Security-Policy", "")
    wanted = {f"policy without {part}": part in policy for part in DIRECTIVES}
    wanted |= {
        "unsafe policy": "unsafe-inline" not in policy and "unsafe-eval" not in policy,
        "no nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "framed": headers.get("X-Frame-Options") == "DENY",
        "kept by caches": "no-store" in headers.get("Cache-Control", ""),
        "no HSTS": headers.get("Strict-Transport-Security", "").startswith(YEAR),
        "tells addresses": headers.get("Referrer-Policy") == "same-origin",
    }
    return [said for said, fulfilled in wanted.items() if not fulfilled]


def secured() -> override_settings:
    """The settings of an installation behind TLS; with the planted defect scripts may stand in pages."""
    directives = dict(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
    if PLANTED:
        directives["script-src"] = ["'self'", "'unsafe-inline'"]
    return override_settings(
        SECURE_HSTS_SECONDS=31536000,
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
        CONTENT_SECURITY_POLICY={"DIRECTIVES": directives},
    )


def test_every_route_answers_with_all_headers(world, doors) -> None:
    open_, asked = [], 0
    with secured():
        watched = {name: Door(None if name == "anonymous" else world.cast[name]) for name in PERSONAS}
        for route in all_routes():
            url = reverse(route.name, kwargs=next(iter(addresses(route, world).values())))
            for name, door in watched.items():
                door._client.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
                asked += 1
                open_ += [f"{route.name} {name}: {said}" for said in lacking(door.get(url).headers)]
    assert asked == len(all_routes()) * len(PERSONAS)
    assert open_ == []


@pytest.mark.parametrize("url", ["/nowhere/", "/api/v1/nowhere/", "/%00/", "/imports/?q=%00"])
def test_answers_of_errors_carry_them_too(doors, url: str) -> None:
    with secured():
        door = Door(None)
        door._client.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
        answer = door.get(url)
    assert answer.status_code in (302, 400, 401, 403, 404)
    assert lacking(answer.headers) == []


def test_what_is_lacking_is_found() -> None:
    assert len(lacking({})) == len(DIRECTIVES) + 5
    assert lacking({"Content-Security-Policy": "script-src 'unsafe-inline'"})[4] == "unsafe policy"
