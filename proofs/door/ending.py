"""M7: whatever gives rights, once it is taken away the next request has none."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.accounts import entrance
from apps.accounts import services as accounts
from apps.accounts.models import ApiToken, User
from apps.core.roles import Role
from apps.dealers import services as dealers
from apps.dealers.models import Dealer
from proofs.arena import Report
from proofs.door.people import ACTOR, PASSWORD, dealer, person
from proofs.house import WORKERS, Browser, House

TRIALS, QUICK_TRIALS = 100, 1
WARM = 2 * WORKERS
"""Requests before rights end, each a connection of its own, so that every process has seen the user."""


def prove(house: House, report: Report, rng: random.Random, quick: bool) -> None:
    """For each way in which rights end: people with an open session and a token, who lose them."""
    for way, take_away in WAYS.items():
        for trial in range(QUICK_TRIALS if quick else TRIALS):
            code = f"{way}{trial}"
            place = dealer(code.upper())
            user = person(f"{code}-user", Role.DEALER_SALES, dealer=place)
            token, door = _ways_in(house, user)
            asked = [(door, "/accounts/me/"), (token[1], "/api/v1/me/")]
            asked = asked[1:] if way == "token" else asked[:1] if way == "password" else asked
            for browser, path in asked:
                before = {browser.get(path).status for _ask in range(WARM)}
                report.expect(before == {200}, f"{way}: {path} answered {before} before")
            take_away(user, place, token[0])
            for browser, path in asked:
                after = {browser.get(path).status for _ask in range(WORKERS)}
                report.expect(after <= {302, 401, 403, 404}, f"{way}: {path} still answered {after}")


def _ways_in(house: House, user: User) -> tuple[tuple[ApiToken, Browser], Browser]:
    row, secret = accounts.issue_token(user=user, name="proof", actor=ACTOR, now=timezone.now())
    client = Client()
    client.force_login(user)
    session = client.session
    session[entrance.VERIFIED] = "proof"
    session.save()
    door = house.browser()
    door.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return (row, house.browser(Authorization=f"Bearer {secret}")), door


def _role(user: User, place: Dealer, token: ApiToken) -> None:
    yesterday, now = timezone.localdate() - timedelta(days=1), timezone.now()
    accounts.end_assignment(assignment=user.assignments.get(), on=yesterday, actor=ACTOR, now=now)


def _closed(user: User, place: Dealer, token: ApiToken) -> None:
    dealers.close_dealer(dealer=place, on=timezone.localdate(), actor=ACTOR, now=timezone.now())


def _disabled(user: User, place: Dealer, token: ApiToken) -> None:
    accounts.set_active(user=user, active=False, actor=ACTOR, now=timezone.now())


def _password(user: User, place: Dealer, token: ApiToken) -> None:
    accounts.set_password(user=user, password=f"{PASSWORD} neu", actor=ACTOR, now=timezone.now())


def _token(user: User, place: Dealer, token: ApiToken) -> None:
    accounts.revoke_token(token=token, actor=ACTOR, now=timezone.now())


WAYS: dict[str, Callable[[User, Dealer, ApiToken], None]] = {
    "role": _role,
    "closed": _closed,
    "disabled": _disabled,
    "password": _password,
    "token": _token,
}
