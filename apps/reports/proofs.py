"""What quotas are counted from: sources of records, and the proofs rules name, each counting some of them.

An app above adds `source` and `proof` in its `ready()`; nobody ticks a counted duty off by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_ACTIVITIES = """
SELECT kind, person_id, NULL::bigint AS dealer_id, subject, topic,
       subject || ':' || coalesce(outlet_id, key_account_id, colleague_id, dealer_id, 0) AS whom,
       occurred_on AS day, done_at FROM work_activity WHERE state = 'done'
"""
_REPORTS = """
SELECT form, NULL::bigint, dealer_id, 'dealer', '', 'dealer:' || dealer_id, period, submitted_at
  FROM reports_submission
 WHERE dealer_id IS NOT NULL AND state IN ('submitted', 'approved', 'locked', 'correcting')
"""


@dataclass(frozen=True)
class Proof:
    """What a rule names as counted records: the kinds of records, and whether every dealer needs one."""

    code: str
    label: Any
    kinds: tuple[str, ...]
    each_dealer: bool = False


_sources: dict[str, str] = {"work.activities": _ACTIVITIES, "reports.submissions": _REPORTS}
_proofs: dict[str, Proof] = {}


def source(code: str, sql: str) -> None:
    """Declare records that can be counted; ValueError when the code is taken.

    The statement selects, in this order: kind, person_id or NULL, dealer_id (of a record without a person),
    subject, topic, whom it is about (`dealer:12`), the day it counts on, and when it was made.
    """
    if code in _sources:
        raise ValueError(f"records {code} are declared twice")
    _sources[code] = sql


def proof(code: str, label: Any, *kinds: str, each_dealer: bool = False) -> str:
    """Declare a proof rules may name; returns its code. ValueError when the code is taken."""
    if code in _proofs:
        raise ValueError(f"proof {code} is declared twice")
    _proofs[code] = Proof(code, label, kinds, each_dealer)
    return code


def of(code: str) -> Proof | None:
    """The proof of a code; None when there is none."""
    return _proofs.get(code)


def proofs() -> dict[str, Proof]:
    """All declared proofs by code."""
    return dict(_proofs)


def records() -> str:
    """All records that can be counted, as one statement."""
    return " UNION ALL ".join(_sources.values())
