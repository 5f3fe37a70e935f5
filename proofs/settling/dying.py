"""Whoever settles dies by kill -9 at any statement: nothing of the step is there; done again, all is right.

One policy is settled and paid undisturbed, then the same once more with a process that dies again and again
in each step; what both left in statements, ledger, payments, notices and trail is compared.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import date
from typing import Any
from unittest import mock

from django.db import connection

from apps.core import jobs
from apps.core.models import Job
from apps.incentives import services
from apps.incentives.models import PaymentBatch, Policy, SettlementRun
from proofs.arena import Report
from proofs.files.place import Books
from proofs.settling import stage as stages
from proofs.settling import terms
from proofs.settling.stage import Stage

JUNE = date(2026, 6, 1)
Step = tuple[str, Callable[[], object]]
_EFFECTS = {
    "statements": """
        SELECT s.dealer_id, s.state, s.amount, s.delta, l.vin, l.component, l.status, l.code, l.amount
          FROM incentives_statement AS s JOIN incentives_statementline AS l ON l.statement_id = s.id""",
    "postings": """
        SELECT a.dealer_id, a.kind, e.kind, p.amount FROM ledger_posting AS p
          JOIN ledger_account AS a ON a.id = p.account_id JOIN ledger_entry AS e ON e.id = p.entry_id""",
    "payments": "SELECT dealer_id, state, amount, paid_amount FROM incentives_payment",
    "notices": "SELECT code, user_id FROM work_notice",
    "trail": "SELECT action, object_type, dealer_id FROM core_auditevent",
    "jobs": "SELECT code, status FROM core_job",
}
"""What a settlement leaves, without the numbers of rows."""


class Trial:
    """Dealers with cars, and what it took to settle a policy undisturbed."""

    def __init__(self, report: Report, address: str) -> None:
        self.report = report
        self.stage, self.books = stages.build(), Books(address, left_out=("core_job",))
        for place, dealer in enumerate(self.stage.dealers):
            cars = [(f"{dealer.code}-{number}", day) for number, day in enumerate(terms.days(JUNE, 12))]
            self.stage.sell(dealer, cars, stages.at(7, 1, 8 + place))
        self.lengths: dict[str, int] = {}
        left = _left()
        for name, do in _steps(self.stage, _policy("PROOF-A")):
            self.lengths[name] = _counted(do)
        self.undisturbed = _less(_left(), left)

    def die(self, code: str, places: Callable[[int], Collection[int]], *, planted: bool = False) -> None:
        """Settle another policy, dying in each step before some of its statements, and compare."""
        left = _left()
        for name, do in _steps(self.stage, _policy(code)):
            if not self._died_in(name, do, places(self.lengths[name]), planted):
                do()
            if planted and name == "calculate":
                return
        disturbed = _less(_left(), left)
        for kind, found in self.undisturbed.items():
            differing = (found - disturbed[kind]) + (disturbed[kind] - found)
            self.report.expect(bool(found), f"there are no {kind}")
            self.report.expect(not differing, f"{kind} differ: {list(differing.items())[:3]}")

    def _died_in(self, name: str, do: Callable[[], object], places: Collection[int], planted: bool) -> bool:
        """Do a step in processes that die before their n-th statement; whether one came to the end of it."""
        before = self.books.sums()
        for place in places:
            if not _killed(do, place, planted=planted):
                return True
            told = f"{name}, killed before statement {place + 1}"
            changed = [table for table, found in self.books.sums().items() if found != before[table]]
            self.report.expect(not changed, f"{told}: {changed} changed")
            if name == "calculate":
                due = Job.objects.filter(status__in=jobs.UNFINISHED).values_list("pk", flat=True)
                self.report.expect(len(due) == 1 and jobs.is_free(due[0]), f"{told}: nobody takes it up")
        return False


def prove(report: Report, address: str, rng: random.Random, deaths: int, *, planted: bool = False) -> None:
    """Settle and pay twice; so many deaths in each step of the second time. The data base is written to."""
    with mock.patch.object(jobs, "ring", return_value=None):
        trial = Trial(report, address)
        trial.die("PROOF-B", lambda length: rng.sample(range(length), min(deaths, length)), planted=planted)
        trial.books.close()


def _less(after: dict[str, Counter[Any]], before: dict[str, Counter[Any]]) -> dict[str, Counter[Any]]:
    return {kind: found - before[kind] for kind, found in after.items()}


def _policy(code: str) -> Policy:
    return terms.publish(code, terms.POLICIES["PROOF-1"], date(2026, 1, 1)).policy


def _steps(stage: Stage, policy: Policy) -> Iterator[Step]:
    """From the wish to calculate to money in wallets, each as one call."""
    now, actor = stages.at(7, 10), stage.actors["policy"]

    def ask() -> object:
        return services.ask_calculation(policy=policy, day=JUNE, kind="final", actor=actor, now=now)

    def run() -> SettlementRun:
        return SettlementRun.objects.get(policy=policy)

    def batch() -> PaymentBatch:
        return PaymentBatch.objects.latest("pk")

    yield "ask", ask
    yield (
        "calculate",
        lambda: jobs.run(str(Job.objects.get(code="incentives.calculate", args__policies=[policy.pk]).pk)),
    )
    yield "hand in", lambda: stage.hand_in(run(), now)
    yield "publish", lambda: stage.release(run(), now)
    yield "confirm", lambda: services.deem_confirmed(now=stages.at(8, 1))
    yield "make payable", lambda: stage.make_payable(stages.at(8, 2))
    yield "gather", lambda: stage.gather(stages.at(8, 3))
    yield "submit", lambda: stage.submit(batch(), stages.at(8, 3))
    yield "pay", lambda: stage.pay(batch(), stages.at(8, 4))


def _left() -> dict[str, Counter[Any]]:
    found = {}
    with connection.cursor() as cursor:
        for kind, sql in _EFFECTS.items():
            cursor.execute(sql)
            found[kind] = Counter(cursor.fetchall())
    return found


def _counted(do: Callable[[], object]) -> int:
    """Do something; how many statements it took."""
    seen = 0

    def count(execute: Any, *given: Any) -> Any:
        nonlocal seen
        seen += 1
        return execute(*given)

    with connection.execute_wrapper(count):
        do()
    return seen


def _killed(do: Callable[[], object], place: int, *, planted: bool) -> bool:
    """Do something in a process of its own that kills itself; False when it ended before that."""
    connection.close()
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)
    left = place

    def count(execute: Any, *given: Any) -> Any:
        nonlocal left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return execute(*given)

    with suppress(BaseException), connection.execute_wrapper(count):
        if planted:
            from proofs.planted import defect

            with defect("done_before_the_effect"):
                do()
        else:
            do()
    os._exit(0)
