"""A3: with the password alone no path makes a session or a token of a user whose role asks for more."""

from __future__ import annotations

import ast
import random

from django.urls import reverse
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import ApiToken, LinkPurpose, LogInLink, Session, User
from apps.core.roles import Role
from proofs.arena import ROOT, Report
from proofs.door.people import ACTOR, PASSWORD, headquarters, person
from proofs.house import Browser, House
from tests.contract.routes import all_routes

MAKERS = {
    "auth.login": {"apps/accounts/entrance.py"},
    "login": set(),
    "services.issue_token": {"apps/accounts/views/own.py"},
    "accounts.issue_token": set(),
    "SessionStore": set(),
}
"""Calls that make a session or a token, and the only files that may make them."""


def prove(house: House, report: Report, rng: random.Random, quick: bool) -> None:
    """Look for makers of sessions in the code, try every route half open, and every way to a password."""
    _inventory(report)
    user = person("treasurer", Role.HQ_FINANCE, unit=headquarters())
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    if not quick:
        _try("without an app", house, report, user)
    secret, now = accounts.new_secret(), timezone.now()
    accounts.set_up(
        user=user, secret=secret, code=accounts.current_code(secret, now=now), actor=ACTOR, now=now
    )
    _try("with an app", house, report, user)
    for purpose in LinkPurpose:
        link = accounts.make_link(user=user, purpose=purpose, actor=ACTOR, now=timezone.now())
        browser, password = house.browser(), f"{PASSWORD} {purpose}"
        browser.post(reverse("accounts:link", args=[accounts.token_of(link)]), new_password=password)
        report.expect(_used(link), f"the {purpose} did not set a password")
        browser.log_in("treasurer", password)
        _expect_nothing(f"after {purpose}", browser, report, user)


def _inventory(report: Report) -> None:
    found: dict[str, set[str]] = {call: set() for call in MAKERS}
    for path in sorted((ROOT / "apps").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name == "apps/accounts/sessions.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in MAKERS:
                found[ast.unparse(node.func)].add(name)
    for call, files in found.items():
        report.expect(files == MAKERS[call], f"{call} is called in {sorted(files)}")


def _try(state: str, house: House, report: Report, user: User) -> None:
    """Every route that needs no object, with the cookies of a half-open log-in."""
    half_open = house.browser()
    half_open.log_in(user.username, PASSWORD)
    half_open.post(reverse("admin-login"), username=user.username, password=PASSWORD)
    for route in all_routes():
        if route.arguments or route.name in ("accounts:login", "accounts:logout", "set_language"):
            continue
        browser = house.browser()
        browser.cookies = dict(half_open.cookies)
        for send in (browser.get, lambda path, to=browser: to.post(path, name="x", code="000000")):
            send(reverse(route.name))
    _expect_nothing(state, half_open, report, user)


def _expect_nothing(state: str, browser: Browser, report: Report, user: User) -> None:
    status = browser.get(reverse("accounts:account")).status
    report.expect(status == 302, f"{state}: a page of the account answered {status}")
    report.expect(browser.get("/api/v1/me/").status in (401, 403), f"{state}: the API answered")
    sessions = Session.objects.filter(user=user).count()
    report.expect(sessions == 0, f"{state}: {sessions} sessions by the password alone")
    tokens = ApiToken.objects.filter(user=user).count()
    report.expect(tokens == 0, f"{state}: {tokens} tokens by the password alone")
    Session.objects.filter(user=user).delete()


def _used(link: LogInLink) -> bool:
    link.refresh_from_db()
    return link.used_at is not None
