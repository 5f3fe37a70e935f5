"""K6: tasks delivered three times in random order, two operators closing at once: one run, one effect."""

from __future__ import annotations

import random
import sys
import threading
from unittest import mock

from proofs.arena import Report
from proofs.closes import Closes, Ground, Size, run

DEFECT = "no_locks"
DELIVERIES = 3


def prove(ground: Ground, report: Report, defect: str) -> None:
    """Close all months with everything asked for and delivered several times at once, and compare."""
    closes, count = ground.closes, ground.size.months
    with ground.fresh(defect) as settings, mock.patch.object(closes.jobs, "ring"):
        for month in closes.months(count):
            runs = _at_once([lambda month=month: closes.start(month).pk] * 2)
            report.expect(len(set(runs)) == 1, f"{month}: two operators made {len(set(runs))} runs: {runs}")
            _deliver_all(closes, ground.rng)
        closes.settle()
        _deliver_all(closes, ground.rng)
        report.expect(closes.runs.count() == count, f"{closes.runs.count()} runs instead of {count}")
        ground.compare(report, settings)


def _deliver_all(closes: Closes, rng: random.Random) -> None:
    """Deliver every due job three times, in random order, in parallel, until nothing is due."""
    for _round in range(60):
        due = closes.due()
        if not due:
            return
        calls = [lambda job=job: closes.jobs.run(job) for job in due * DELIVERIES]
        rng.shuffle(calls)
        _at_once(calls)


def _at_once(calls: list) -> list:  # type: ignore[type-arg]
    """The answers of calls made at the same time; an exception is an answer too."""
    answers: list[object] = [None] * len(calls)

    def answer(place: int) -> None:
        try:
            answers[place] = calls[place]()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is what the proof looks for
            answers[place] = f"{type(error).__name__}: {error}"
        finally:
            Closes.leave()

    threads = [threading.Thread(target=answer, args=(place,)) for place in range(len(calls))]
    for start in range(0, len(threads), 8):
        for thread in threads[start : start + 8]:
            thread.start()
        for thread in threads[start : start + 8]:
            thread.join()
    return answers


if __name__ == "__main__":
    sys.exit(run("K6", prove, Size(dealers=300, months=15), DEFECT))
