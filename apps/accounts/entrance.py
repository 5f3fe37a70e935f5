"""The one place where sessions are opened, and the half-open state between password and second factor.

Half open means: an anonymous session that names a user who gave the right password and still owes a code, a
second factor or a new password. It holds no right and no password, and is worth nothing after ten minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import segno
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime

from apps.accounts import queries, rules, sealing, services
from apps.accounts.models import User
from apps.accounts.sessions import VISITOR
from apps.accounts.visitors import DEVICE_COOKIE, visitor_of
from apps.core import correlation

HALF_OPEN = "half_open"
HALF_OPEN_LIFE = timedelta(minutes=10)
VERIFIED = "second_factor_at"
SECRET = "second_factor_secret"  # noqa: S105 - a key of the session
DEVICE_LIFE = timedelta(days=365)


def begin(request: HttpRequest, user: User, *, wanted: str, now: datetime) -> HttpResponse:
    """Go on after the right password: into the product, or half open to what is still owed."""
    request.session.flush()
    request.session[HALF_OPEN] = {
        "user": user.pk,
        "stamp": user.get_session_auth_hash(),
        "until": (now + HALF_OPEN_LIFE).timestamp(),
        "next": wanted,
    }
    return go_on(request, user, now=now)


def go_on(request: HttpRequest, user: User, *, now: datetime) -> HttpResponse:
    """The next step of a half-open log-in; the last one opens the session."""
    step = owed_step(request, user, now=now)
    return redirect(step) if step else _open(request, user, now=now)


def owed_step(request: HttpRequest, user: User, *, now: datetime) -> str:
    """The page of what is owed next: a code, a second factor, a new password; empty when nothing is."""
    if VERIFIED not in request.session:
        if queries.has_second_factor(user):
            return "accounts:login-code"
        if queries.owes_second_factor(user, on=localtime(now).date()):
            return "accounts:login-enrol"
    if rules.is_too_old(user.password_set_at, days=settings.PASSWORD_EXPIRY_DAYS, now=now):
        return "accounts:login-password"
    return ""


def half_open_user(request: HttpRequest, *, now: datetime) -> User | None:
    """Whose log-in is half open here; None when none is, or it took too long, or the password changed."""
    held = request.session.get(HALF_OPEN)
    if held is None or held["until"] < now.timestamp():
        return None
    user = queries.active_user(held["user"])
    if user is None or not constant_time_compare(held["stamp"], user.get_session_auth_hash()):
        return None
    return user


def note_verified(request: HttpRequest, *, now: datetime) -> None:
    """Keep in the session, half open or open, that a second factor was shown."""
    request.session[VERIFIED] = now.isoformat()
    request.session.pop(SECRET, None)


def note_new_password(request: HttpRequest, user: User) -> None:
    """Keep a half-open log-in valid after the password it began with was renewed in it."""
    request.session[HALF_OPEN] = request.session[HALF_OPEN] | {"stamp": user.get_session_auth_hash()}


def pending_secret(request: HttpRequest) -> bytes:
    """The secret that is being set up in this session, kept sealed; a new one when there is none."""
    if SECRET not in request.session:
        request.session[SECRET] = sealing.seal(services.new_secret())
    return sealing.open_sealed(request.session[SECRET])


def enrolment(request: HttpRequest, user: User) -> dict[str, Any]:
    """What a page shows on which a second factor is set up: a picture to scan and the same as text."""
    secret = pending_secret(request)
    text = services.typed(secret)
    issuer = "DealerOps"
    address = f"otpauth://totp/{issuer}:{user.username}?secret={text.replace(' ', '')}&issuer={issuer}"
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=2, dark="#111", light="#fff")
    return {"picture": picture, "secret": text}


def is_verified(request: HttpRequest) -> bool:
    """Whether a second factor was shown in this session."""
    return VERIFIED in request.session


def keep_cookies(answer: HttpResponse, of: HttpResponse) -> HttpResponse:
    """An answer with the cookies another one would have set."""
    answer.cookies.update(of.cookies)
    return answer


def safe_address(request: HttpRequest, wanted: str) -> str:
    """Where to go after the log-in: a page of ours, else the first one."""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else resolve_url(settings.LOGIN_REDIRECT_URL)


def _open(request: HttpRequest, user: User, *, now: datetime) -> HttpResponse:
    wanted = request.session.pop(HALF_OPEN)["next"]
    verified = request.session.get(VERIFIED)
    visitor = visitor_of(request)
    device, secret = services.recognise(user=user, visitor=visitor, now=now)
    request.session.flush()
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    if verified:
        request.session[VERIFIED] = verified
    request.session[VISITOR] = {
        "device": device.pk,
        "agent": visitor.agent,
        "address": visitor.address,
        "opened_at": now.isoformat(),
    }
    services.note_log_in(
        user=user,
        device=device,
        second_factor=bool(verified),
        request_id=correlation.current.get(),
        now=now,
    )
    response = redirect(safe_address(request, wanted))
    _keep(response, DEVICE_COOKIE, secret, DEVICE_LIFE)
    if user.language:
        keep_language(response, user.language)
    return response


def keep_language(response: HttpResponse, language: str) -> None:
    """Let the browser show the user's language from the next page on."""
    if language:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language, timedelta(days=365), script=True)
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)


def _keep(response: HttpResponse, name: str, value: str, life: timedelta, *, script: bool = False) -> None:
    response.set_cookie(name, value, max_age=life, samesite="Lax", secure=settings.HTTPS, httponly=not script)
