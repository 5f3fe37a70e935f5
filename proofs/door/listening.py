"""A2: known and unknown names get the same answer, in the same time."""

from __future__ import annotations

import random
import re
import statistics
import sys
from collections.abc import Callable
from math import erfc, sqrt

from django.core import signing

from apps.accounts.models import User
from apps.accounts.services.links import SALT
from proofs.arena import Report
from proofs.door.people import strangers
from proofs.house import House, Reply

TRIALS, QUICK_TRIALS = 500, 8
BAND, QUICK_BAND = 0.10, 0.40
"""By how much medians may differ; the short form only tells whether a whole hash is missing."""
QUICK_SECONDS = 0.015
SMALLEST_P = 0.01
_OWN = re.compile(rb"[0-9a-f]{32}|[0-9A-Za-z]{64}|/accounts/link/[^\"<]*")


def prove(house: House, report: Report, rng: random.Random, quick: bool) -> None:
    """Ask the log-in, the reset and links for names that exist and names that do not, in random order."""
    trials = QUICK_TRIALS if quick else TRIALS
    known = [f"known{number:04d}" for number in range(trials)]
    strangers(known)
    keys = dict(User.objects.filter(username__in=known).values_list("username", "pk"))
    last = max(keys.values())

    def link(name: str) -> str:
        user = keys.get(name, last + 1 + int(name[-4:]))
        return f"/accounts/link/{signing.dumps([10**9, user, 'invitation'], salt=SALT)}/"

    doors: dict[str, Callable[[str], Reply]] = {
        "log-in": lambda name: house.browser(_anywhere(rng)).log_in(name, "a wrong guess"),
        "reset": lambda name: house.browser(_anywhere(rng)).post("/accounts/forgotten/", username=name),
        "link": lambda name: house.browser(_anywhere(rng)).get(link(name)),
    }
    names = [(name, True) for name in known] + [(name.replace("known", "nobod"), False) for name in known]
    for label, ask in doors.items():
        rng.shuffle(names)
        for warm_up in range(6):
            ask(f"other{warm_up:04d}")
        _compare(report, label, [(is_known, name, ask(name)) for name, is_known in names], quick)


def _compare(report: Report, label: str, answers: list[tuple[bool, str, Reply]], quick: bool) -> None:
    shown = {
        (answer.status, _OWN.sub(b"", answer.body).replace(name.encode(), b"")) for _, name, answer in answers
    }
    report.expect(len(shown) == 1, f"{label}: {len(shown)} different answers")
    times = {kind: [a.seconds for known, _, a in answers if known is kind] for kind in (True, False)}
    here, there = (statistics.median(times[kind]) for kind in (True, False))
    difference, chance = abs(here - there) / max(here, there), _chance(times[True], times[False])
    print(
        f"  {label}: known {1000 * here:.1f} ms, unknown {1000 * there:.1f} ms, p = {chance:.3f}",
        file=sys.stderr,
    )
    apart = difference > QUICK_BAND and abs(here - there) > QUICK_SECONDS if quick else difference > BAND
    report.expect(not apart, f"{label}: medians differ by {difference:.0%}")
    if not quick:
        report.expect(chance > SMALLEST_P, f"{label}: known and unknown can be told apart, p = {chance:.4f}")


def _chance(first: list[float], second: list[float]) -> float:
    """The two-sided p of the Mann-Whitney test, by its normal approximation."""
    ordered = sorted([(value, True) for value in first] + [(value, False) for value in second])
    ranks = sum(rank for rank, (_value, is_first) in enumerate(ordered, 1) if is_first)
    n, m = len(first), len(second)
    excess = ranks - n * (n + 1) / 2 - n * m / 2
    return erfc(abs(excess) / sqrt(n * m * (n + m + 1) / 12) / sqrt(2))


def _anywhere(rng: random.Random) -> str:
    """An address nobody has guessed from yet, most likely."""
    return f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
