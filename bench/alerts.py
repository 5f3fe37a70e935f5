"""L: an alert scan of 300,000 vehicles in stock against the same readings and episodes in three statements.

Both count the stock of every dealer today, divide it by the mean of the last three closed months, and carry
on the state a scan of the month before has left.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from apps.alerts import services as alerts
from apps.alerts.models import AlertEscalation, AlertRule
from apps.metrics import partitions
from apps.metrics.models import MonthRevision
from bench import data, harness

NAME = "alerts"
TARGET = 2
DEALERS, HERE = 2_000, 300_000
RULE = "inventory.coefficient_today"
BEFORE = datetime(2026, 6, 30, 8, tzinfo=UTC)
NOW = datetime(2026, 7, 15, 8, tzinfo=UTC)
COLUMNS = {
    "alerts_alertreading": "rule_id, dealer_id, item, period, revision, value, event, episode, side, "
    "is_open, armed, closed_on, stake_amount, read_at",
    "alerts_alertepisode": "rule_id, dealer_id, item, item_label, number, side, state, opened_on, last_on, "
    "closed_on, close_reason, first_value, last_value, stake_amount, raised_at, acknowledged_by, plan",
}
_SOLD = """
INSERT INTO metrics_measurevalue (period, revision, measure, dealer_id, dimension, value)
SELECT %(period)s, 1, 'sales.retail_units', id, '', 60 + (id * 7919 + %(turn)s * 610) %% 200
  FROM dealers_dealer
"""
_READ = """
WITH held AS (
    SELECT dealer_id, count(*)::numeric AS stock FROM inventory_stockunit
     WHERE gone_on IS NULL AND received_on <= %(day)s GROUP BY dealer_id
), sold AS (
    SELECT dealer_id, sum(value) / 3 AS sales FROM metrics_measurevalue
     WHERE period = ANY (%(months)s) AND revision = 1 AND measure = 'sales.retail_units' AND dimension = ''
     GROUP BY dealer_id HAVING count(*) = 3
), read AS (
    SELECT dealer_id, r.id AS rule_id, stock, sales, round(stock / nullif(sales, 0), 6) AS value,
           r.high, r.low, r.unit_value, r.annual_rate, r.cooldown_days
      FROM held JOIN sold USING (dealer_id), alerts_alertrule AS r WHERE r.code = %(rule)s
), judged AS (
    SELECT *, CASE WHEN value > high THEN 'high' WHEN value < low THEN 'low' ELSE '' END AS crossed FROM read
), before AS (
    SELECT DISTINCT ON (dealer_id) dealer_id, episode, side, is_open, armed, closed_on, value AS was
      FROM alerts_alertreading WHERE code = 'floor' AND revision = 0 ORDER BY dealer_id, read_at DESC
), stepped AS (
    SELECT j.*, coalesce(b.episode, 0) AS episode, coalesce(b.side, '') AS side, b.was, b.closed_on,
           coalesce(b.armed, true) AS armed,
           CASE WHEN b.is_open AND crossed = b.side THEN 'continued'
                WHEN crossed <> '' AND NOT b.is_open AND crossed = b.side
                     AND (NOT b.armed OR b.closed_on + b_rule.days > %(day)s) THEN 'reopened'
                WHEN crossed <> '' THEN 'opened'
                WHEN b.is_open THEN 'closed'
                WHEN NOT b.armed AND CASE b.side WHEN 'high' THEN value <= high * 0.95
                                     ELSE value >= low * 1.05 END THEN 'rearmed'
                ELSE 'none' END AS event
      FROM judged AS j LEFT JOIN before AS b USING (dealer_id),
           LATERAL (SELECT j.cooldown_days AS days) AS b_rule
)
INSERT INTO alerts_alertreading (rule_id, dealer_id, item, period, revision, code, value, event, episode,
       side, is_open, armed, closed_on, stake_amount, read_at)
SELECT rule_id, dealer_id, '', date_trunc('month', %(day)s::date)::date, 0, 'floor', value, event,
       CASE event WHEN 'opened' THEN episode + 1 ELSE episode END,
       CASE event WHEN 'opened' THEN crossed ELSE side END, event IN ('opened', 'reopened', 'continued'),
       CASE event WHEN 'opened' THEN false WHEN 'reopened' THEN false WHEN 'rearmed' THEN true
            WHEN 'closed' THEN CASE side WHEN 'high' THEN value <= high * 0.95 ELSE value >= low * 1.05 END
            ELSE armed END,
       CASE event WHEN 'closed' THEN %(day)s WHEN 'opened' THEN NULL WHEN 'reopened' THEN NULL
            ELSE closed_on END,
       CASE WHEN event IN ('opened', 'reopened', 'continued') AND value > high
            THEN round(greatest(stock - high * sales, 0) * unit_value * annual_rate, 2) END, %(now)s
  FROM stepped
 WHERE event IN ('opened', 'reopened', 'closed', 'rearmed') OR (episode > 0 AND value <> was)
"""
_EPISODES = """
INSERT INTO alerts_alertepisode AS e (code, rule_id, dealer_id, item, number, side, state, opened_on, last_on,
       closed_on, close_reason, first_value, last_value, stake_amount, raised_at, acknowledged_by, plan)
SELECT code, rule_id, dealer_id, '', episode, side, CASE WHEN is_open THEN 'open' ELSE 'closed' END, %(day)s,
       %(day)s, CASE WHEN NOT is_open THEN %(day)s::date END, '', value, value, stake_amount, %(now)s, '', ''
  FROM alerts_alertreading WHERE code = 'floor' AND read_at = %(now)s
ON CONFLICT (code, dealer_id, unit_id, item, number) DO UPDATE
   SET rule_id = excluded.rule_id, last_on = excluded.last_on, last_value = excluded.last_value,
       stake_amount = excluded.stake_amount,
       raised_at = CASE WHEN excluded.state = 'open' AND e.state = 'closed' THEN excluded.raised_at
                        ELSE e.raised_at END,
       state = CASE WHEN excluded.state = 'open' AND e.state <> 'closed' THEN e.state ELSE excluded.state END,
       closed_on = CASE WHEN excluded.state = 'open' THEN NULL
                        ELSE coalesce(e.closed_on, excluded.closed_on) END
"""
_LEFT_BEHIND = """
UPDATE alerts_alertepisode AS e SET state = 'closed', closed_on = %(day)s
  FROM alerts_alertreading AS r
 WHERE r.code = 'floor' AND r.read_at = %(now)s AND e.code = 'floor' AND e.dealer_id = r.dealer_id
   AND e.number < r.episode AND e.state <> 'closed'
"""
_DIFFERENCES = """
SELECT count(*) FROM (
    SELECT code = 'floor' AS floor, dealer_id, read_at, value, event, episode, side, is_open, armed,
           closed_on, stake_amount
      FROM alerts_alertreading
    UNION ALL
    SELECT code = 'floor', dealer_id, raised_at, last_value, state, number, side, closed_on IS NULL,
           first_value IS NULL, last_on, stake_amount FROM alerts_alertepisode) AS told
 GROUP BY dealer_id, read_at, value, event, episode, side, is_open, armed, closed_on, stake_amount
HAVING count(*) FILTER (WHERE floor) <> count(*) FILTER (WHERE NOT floor)
"""


def main() -> int:
    """Scan today's stock after a scan that left alerts open; both find the same readings and episodes."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        AlertEscalation.objects.all().delete()
        AlertRule.objects.exclude(code=RULE).delete()
        data.network(max(20, round(DEALERS * size)))
        data.feeds(4)
        data.stock(gone=0, here=round(HERE * size), over=6)
        partitions.ensure(data.months(4))
        for turn, month in enumerate(data.months(4)):
            harness.execute(_SOLD, {"period": month.first, "turn": turn})
            MonthRevision.objects.create(period=month.first, revision=1, computed_at=BEFORE)
        alerts.scan_today(now=BEFORE)
        _keep()
        taken = harness.by_turns({"floor": _floor, "product": _product}, before=_reset)
        _floor()
        assert data.row(_DIFFERENCES) is None
    return harness.conclude(NAME, harness.Part("scan", taken["product"] / taken["floor"], TARGET))


def _keep() -> None:
    """The state before the day, once more for the floor."""
    for table, columns in COLUMNS.items():
        harness.execute(f"INSERT INTO {table} (code, {columns}) SELECT 'floor', {columns} FROM {table}")
        harness.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")


def _reset(label: str) -> None:
    for table in COLUMNS:
        harness.execute(f"TRUNCATE {table} CASCADE")
        harness.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
    harness.settle("inventory_stockunit", "metrics_measurevalue", *COLUMNS)


@transaction.atomic
def _floor() -> None:
    day = timezone.localdate(NOW)
    months = [month.first for month in data.months(3)]
    params = {"day": day, "now": NOW, "months": months, "rule": RULE}
    for statement in (_READ, _EPISODES, _LEFT_BEHIND):
        harness.execute(statement, params)


def _product() -> None:
    alerts.scan_today(now=NOW)


if __name__ == "__main__":
    sys.exit(main())
