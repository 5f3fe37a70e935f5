"""A1: an hour of guesses at one account, from one address and from two hundred."""

from __future__ import annotations

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db.models import F

from apps.accounts.models import Throttle
from apps.accounts.services import throttling
from apps.core.roles import Role
from proofs.arena import Report
from proofs.door.people import PASSWORD, dealer, person
from proofs.house import House

MINUTES = 60
CHECKED = 100
PARALLEL = 4


def prove(house: House, report: Report, rng: random.Random, quick: bool) -> None:
    """Guess, several at once, while the hour of the counts is moved on minute by minute."""
    each = 3 if quick else 17
    for addresses in (200,) if quick else (1, 200):
        name = f"target{addresses}"
        person(name, Role.DEALER_SALES, dealer=dealer("P001"))
        known = house.browser("203.0.113.9")
        report.expect(known.log_in(name, PASSWORD).status == 302, f"{name} could not log in at all")
        for minute in range(MINUTES):
            _guess(house, name, [f"198.51.100.{rng.randrange(addresses)}" for _guess in range(each)])
            if minute in (14, MINUTES - 1):
                known.cookies.pop("sessionid", None)
                status = known.log_in(name, PASSWORD).status
                report.expect(status == 302, f"minute {minute}: the real user was refused with {status}")
            _pass_a_minute()
        key = throttling.name_key("name", name)
        checked = Throttle.objects.filter(key=key).values_list("failures", flat=True).first() or 0
        print(f"  {each * MINUTES} guesses from {addresses} address(es): {checked} checked", file=sys.stderr)
        report.expect(0 < checked <= CHECKED, f"{checked} guesses were checked within an hour")
        Throttle.objects.all().delete()


def _guess(house: House, name: str, addresses: list[str]) -> None:
    with ThreadPoolExecutor(PARALLEL) as guessers:
        list(guessers.map(lambda address: house.browser(address).log_in(name, "guess"), addresses))


def _pass_a_minute() -> None:
    minute = timedelta(minutes=1)
    Throttle.objects.update(until_at=F("until_at") - minute, since_at=F("since_at") - minute)
