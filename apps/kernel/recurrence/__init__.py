"""When something recurring is due: 逢2, every 18th, two working days before month end, quotas, events.

A rule is read from its short form (``XUN(2,relation=BEFORE)``) or from the Chinese of every day
(``每月18日, 遇假日提前``), kept as plain data, and tells its dates and its words. Source: domain.md §9.2.
"""

from apps.kernel.recurrence.data import from_data, to_data
from apps.kernel.recurrence.parts import (
    EPOCH,
    Clock,
    Coverage,
    Daily,
    Edge,
    Escalate,
    Event,
    EveryDays,
    MonthDay,
    MonthEnd,
    Offset,
    Part,
    Periodic,
    Quota,
    RecurrenceError,
    Relation,
    Scope,
    Span,
    Standing,
    Stretch,
    Xun,
    stretches,
)
from apps.kernel.recurrence.reading import parse
from apps.kernel.recurrence.rules import Due, Recurrence
from apps.kernel.recurrence.wording import words

__all__ = [
    "EPOCH",
    "Clock",
    "Coverage",
    "Daily",
    "Due",
    "Edge",
    "Escalate",
    "Event",
    "EveryDays",
    "MonthDay",
    "MonthEnd",
    "Offset",
    "Part",
    "Periodic",
    "Quota",
    "Recurrence",
    "RecurrenceError",
    "Relation",
    "Scope",
    "Span",
    "Standing",
    "Stretch",
    "Xun",
    "from_data",
    "parse",
    "stretches",
    "to_data",
    "words",
]
