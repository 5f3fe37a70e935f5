"""Duties of the sample: made from the shipped rules, most of them done on time, some late, a few open."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from apps.kernel.period import Month
from apps.reports.services import counting, generating, ladder

# Of a hundred that were due ninety are done on time, six late, four wait; which ones follows from the key.
_LIVED = """
UPDATE reports_duty SET state = 'done', done_by = 'sample',
       done_at = CASE WHEN id * 7919 %% 100 < 90 THEN due_at - interval '1 hour' * (id * 31 %% 40)
                      ELSE due_at + interval '1 hour' * (1 + id * 31 %% 60) END
 WHERE state = 'open' AND due_at < %(now)s AND id * 7919 %% 100 < 96 AND needed IS NULL
   AND due_at + interval '61 hours' < %(now)s
"""


def load(months: list[Month], *, now: datetime) -> int:
    """Make the duties of some months and let people have done most of what was due; returns how many."""
    made = sum(generating.generate(month=month, now=now) for month in months)
    with connection.cursor() as cursor:
        cursor.execute(_LIVED, {"now": now})
    counting.count(now=now)
    ladder.escalate(now=now)
    return made
