"""What became known after a term was settled is looked for every night, and the term calculated again.

Returns, late cars, documents, decisions about false sales or customer data, disputes won: each changes what a
settled term comes to, and a person then releases the difference. Source: domain.md §6.3, look-back 12 months.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from apps.core import access, reach
from apps.incentives.models import SettlementRun
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import RunKind, RunState
from apps.incentives.services import calculating
from apps.kernel.period import Month

MONTHS = 12
"""How many months after its end a term is still looked at."""
_CHANGED = """
WITH sold AS (
    SELECT f.id, f.dealer_id, f.vin, f.recorded_at FROM sales_retaildelivery AS f
     WHERE f.occurred_on BETWEEN %(first)s AND %(last)s
)
SELECT EXISTS (SELECT 1 FROM sold WHERE recorded_at > %(known)s)
    OR EXISTS (SELECT 1 FROM sold JOIN sales_retaildelivery AS b ON b.reverses_id = sold.id
                WHERE b.recorded_at > %(known)s)
    OR EXISTS (SELECT 1 FROM sales_saleevidence AS e JOIN sold ON sold.dealer_id = e.dealer_id
                AND sold.vin = e.vin WHERE e.recorded_at > %(known)s)
    OR EXISTS (SELECT 1 FROM risk_retaildecision AS d JOIN sold ON sold.id = d.delivery_id
                WHERE d.decided_at > %(known)s)
    OR EXISTS (SELECT 1 FROM incentives_disputeitem AS i
                 LEFT JOIN incentives_statementline AS l ON l.id = i.line_id
                 JOIN sold ON sold.id = coalesce(i.delivery_id, l.delivery_id)
                WHERE i.granted_at > %(known)s)
"""


def look_back(*, now: datetime) -> int:
    """Ask for the calculation of settled terms that something new is known about; returns of how many.

    A term that waits for its release is left until that is decided.
    """
    actor = access.system("incentives")
    chosen: dict[Window, list[int]] = {}
    since = Month.of(timezone.localdate(now)).shift(-MONTHS).first
    with reach.as_worker(), transaction.atomic():
        terms = SettlementRun.objects.filter(window_last__gte=since)
        settled = terms.filter(state=RunState.PUBLISHED)
        reviewing = set(terms.filter(state=RunState.REVIEWING).values_list("policy", "window_first"))
        keys = set(settled.values_list("policy", "window_first")) - reviewing
        known = terms.filter(kind=RunKind.FINAL).values("policy", "window_first", "window_last")
        for row in known.annotate(known=Max("known_at")).order_by("policy", "window_first"):
            term = (row["policy"], row["window_first"])
            if term in keys and _is_changed(row["window_first"], row["window_last"], row["known"]):
                window = Window(row["window_first"], row["window_last"])
                chosen.setdefault(window, []).append(row["policy"])
        calculating.enqueue(chosen, kind=RunKind.FINAL, actor=actor, now=now)
    return sum(map(len, chosen.values()))


def _is_changed(first: date, last: date, known_at: datetime) -> bool:
    """Whether anything about cars sold in a term was recorded after a moment."""
    span: dict[str, date | datetime] = {"first": first, "last": last, "known": known_at}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, span)
        return bool(cursor.fetchone()[0])
