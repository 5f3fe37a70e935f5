"""Events of the product that bring points, each declared once with the SQL that lists what happened.

A source gives rows of (key, dealer_id, person_id or null, role or '', happened_on, units, stands): no person
means everybody who held a role of the rule at the dealer that day, `role` narrows to one role, and
`stands` is false once the event was taken back. Keys are never reused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Event:
    """A kind of event: its name, what it counts, and the SQL of its source."""

    code: str
    label: Any
    unit: Any
    sql: str


_events: dict[str, Event] = {}


def event(code: str, label: Any, *, unit: Any, sql: str) -> str:
    """Declare an event; ValueError when the code is taken."""
    if code in _events:
        raise ValueError(f"{code} is declared twice")
    _events[code] = Event(code, label, unit, sql)
    return code


def events() -> Mapping[str, Event]:
    """All events by code."""
    return dict(_events)


def choices() -> list[tuple[str, Any]]:
    """The events to choose from."""
    return [(each.code, each.label) for each in _events.values()]


CAR_SOLD = event(
    "car_sold",
    _("Car delivered to a customer"),
    unit=_("cars"),
    # The revisions of a delivery (+1, -1, +1 …) and of its returns add up to 1 while the sale stands.
    sql="""
    SELECT 'sale:' || c.id AS key, c.dealer_id, c.person_id, '' AS role, d.occurred_on AS happened_on,
           1 AS units, n.net > 0 AS stands
      FROM engagement_salecredit AS c
      JOIN sales_retaildelivery AS d ON d.id = c.delivery_id
     CROSS JOIN LATERAL (
           SELECT sum(r.quantity) AS net FROM sales_retaildelivery AS r
            WHERE (r.source, r.external_id) IN (
                  SELECT d.source, d.external_id
                   UNION
                  SELECT o.source, o.external_id FROM sales_retaildelivery AS o
                    JOIN sales_retaildelivery AS s ON s.id = o.reverses_id
                   WHERE s.source = d.source AND s.external_id = d.external_id)
           ) AS n
    """,
)
REPORT_ON_TIME = event(
    "report_on_time",
    _("Report handed in on time"),
    unit=_("reports"),
    sql="""
    SELECT 'report:' || s.id AS key, s.dealer_id, s.submitted_by_id AS person_id, '' AS role,
           (s.submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS happened_on, 1 AS units, true AS stands
      FROM reports_submission AS s
     WHERE s.dealer_id IS NOT NULL AND s.on_time AND s.submitted_by_id IS NOT NULL
       AND s.state IN ('submitted', 'approved', 'locked')
    """,
)
DUTY_DONE = event(
    "duty_done",
    _("Duty done on time"),
    unit=_("duties"),
    sql="""
    SELECT 'duty:' || t.id AS key, t.dealer_id, NULL::bigint AS person_id, t.role, t.due_on AS happened_on,
           1 AS units, true AS stands
      FROM reports_duty AS t
     WHERE t.dealer_id IS NOT NULL AND t.state = 'done' AND t.done_at <= t.grace_at
    """,
)
