"""Pure rules of notices, messages, to-dos and approvals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

from apps.core.roles import Role

PORTAL = "portal"
CHANNELS = (PORTAL, "email", "sms", "wecom")

MOST_TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)

LADDER = (
    Role.DEALER_GENERAL,
    Role.ACCOUNT_MANAGER,
    Role.REGION_MANAGER,
    Role.PROVINCE_MANAGER,
    Role.HQ_OPERATIONS,
    Role.HQ_ADMIN,
)
"""Who decides when the role asked cannot: the next above. Source: domain.md §9.1, story S2."""


class Mode(StrEnum):
    """How a person is told of something over a channel."""

    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


class MessageState(StrEnum):
    """The way of a message out of the product."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class TodoState(StrEnum):
    """Whether something still is to be done."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ApprovalState(StrEnum):
    """How far an approval is."""

    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What somebody decides; an endorsement is an approval beyond the decider's limit."""

    APPROVE = "approve"
    ENDORSE = "endorse"
    RETURN = "return"
    REJECT = "reject"
    WITHDRAW = "withdraw"


class CorrectionState(StrEnum):
    """How far the correction of a fact is."""

    ASKED = "asked"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CORRECTED = "corrected"


ENDS_IN = {
    Verdict.RETURN: ApprovalState.RETURNED,
    Verdict.REJECT: ApprovalState.REJECTED,
    Verdict.WITHDRAW: ApprovalState.WITHDRAWN,
}


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many failed tries: 1, 2, 4 … minutes, two hours at most."""
    return min(FIRST_PAUSE * int(2 ** (tries - 1)), LONGEST_PAUSE)


def is_quiet(moment: time, start: time | None, end: time | None) -> bool:
    """Whether a time of day lies in the quiet hours [start, end), which may pass midnight."""
    if start is None or end is None or start == end:
        return False
    if start < end:
        return start <= moment < end
    return moment >= start or moment < end


def after_quiet(moment: datetime, start: time | None, end: time | None) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in."""
    if end is None or not is_quiet(moment.time(), start, end):
        return moment
    ended = datetime.combine(moment.date(), end, tzinfo=moment.tzinfo)
    return ended if ended > moment else ended + timedelta(days=1)


def latest_slot(now: datetime, times: Sequence[time]) -> datetime | None:
    """The digest time passed last, today or yesterday; None without any."""
    if not times:
        return None
    ordered = sorted(times)
    passed = [each for each in ordered if each <= now.time()]
    day, at = (now.date(), passed[-1]) if passed else (now.date() - timedelta(days=1), ordered[-1])
    return datetime.combine(day, at, tzinfo=now.tzinfo)


def above(level: str) -> Sequence[str]:
    """The levels above one, the nearest first; of a level beside the ladder those of headquarters."""
    ladder = [str(role) for role in LADDER]
    return ladder[ladder.index(level) + 1 :] if level in ladder else ladder[-2:]
