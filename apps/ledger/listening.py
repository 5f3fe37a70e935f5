"""Who wants to know that money came in: jobs of apps above, asked for in the transaction of the payment."""

from __future__ import annotations

from datetime import datetime

from apps.core import jobs
from apps.core.access import Actor

_jobs: list[str] = []


def after_payment(code: str) -> None:
    """Have a job asked for, with `{"dealer": id}`, whenever a dealer's payment was recorded."""
    if code not in _jobs:
        _jobs.append(code)


def paid(*, dealer_id: int, actor: Actor, now: datetime) -> None:
    """A dealer's payment was recorded."""
    for code in _jobs:
        jobs.enqueue(code, {"dealer": dealer_id}, actor=actor, now=now, dealer_id=dealer_id)
