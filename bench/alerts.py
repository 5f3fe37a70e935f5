"""L: from 300,000 vehicles in stock to alerts of dealers, against set-based SQL.

The product counts the stock of each dealer into the monthly store, and reads its rules over the KPIs there;
the KPI formulas between are part of the bench `close`.
"""

from __future__ import annotations

import sys

from django.db import transaction

from apps.alerts import services as alerts
from apps.metrics import partitions
from apps.metrics import services as metrics
from bench import data, harness

NAME = "alerts"
TARGET = 2
DEALERS, HERE = 2_000, 300_000
STOCK = "inventory.stock_units"
COLUMNS = {
    "alerts_alertreading": "rule_id, dealer_id, period, revision, value, event, episode, side, is_open, "
    "armed, stake_amount",
    "alerts_alertepisode": "rule_id, dealer_id, number, side, state, opened_on, last_on, "
    "closed_on, close_reason, first_value, last_value, stake_amount, acknowledged_by, plan",
}
_SOLD = """
INSERT INTO metrics_measurevalue (period, revision, measure, dealer_id, dimension, value)
SELECT %(period)s, 1, 'sales.retail_units', id, '', 60 + (id * 7919 + %(turn)s * 61) %% 200
  FROM dealers_dealer
"""
_COEFFICIENT = """
INSERT INTO metrics_kpivalue
       (period, revision, kpi, dealer_id, numerator, denominator, value, reason, version)
SELECT period, 1, 'inventory.coefficient', dealer_id, %(held)s, value, round(%(held)s / value, 6), '', 1
  FROM metrics_measurevalue WHERE period = %(period)s AND measure = 'sales.retail_units'
"""
_READ = """
WITH held AS (
    SELECT dealer_id, count(*)::numeric AS stock FROM inventory_stockunit WHERE gone_on IS NULL
     GROUP BY dealer_id
), sold AS (
    SELECT dealer_id, value AS sales FROM metrics_measurevalue
     WHERE period = %(period)s AND revision = 1 AND measure = 'sales.retail_units'
), read AS (
    SELECT dealer_id, r.id AS rule_id, stock, sales, round(stock / nullif(sales, 0), 6) AS value,
           r.high, r.low, r.unit_value, r.annual_rate
      FROM held JOIN sold USING (dealer_id), alerts_alertrule AS r
), judged AS (
    SELECT *, CASE WHEN value > high THEN 'high' WHEN value < low THEN 'low' ELSE '' END AS crossed FROM read
), before AS (
    SELECT DISTINCT ON (dealer_id) dealer_id, episode, side, is_open, armed FROM alerts_alertreading
     WHERE code = 'floor' AND period < %(period)s ORDER BY dealer_id, period DESC
), stepped AS (
    SELECT j.*, coalesce(b.episode, 0) AS episode, coalesce(b.side, '') AS side,
           coalesce(b.armed, true) AS armed,
           CASE WHEN value IS NULL THEN CASE WHEN b.is_open THEN 'continued' ELSE 'none' END
                WHEN b.is_open AND crossed = b.side THEN 'continued'
                WHEN crossed <> '' AND NOT coalesce(b.armed, true) AND crossed = b.side THEN 'reopened'
                WHEN crossed <> '' THEN 'opened'
                WHEN b.is_open THEN 'closed'
                WHEN NOT b.armed AND CASE b.side WHEN 'high' THEN value <= high * 0.95
                                     ELSE value >= low * 1.05 END THEN 'rearmed'
                ELSE 'none' END AS event
      FROM judged AS j LEFT JOIN before AS b USING (dealer_id)
)
INSERT INTO alerts_alertreading (rule_id, dealer_id, period, revision, code, value, event, episode, side,
       is_open, armed, stake_amount)
SELECT rule_id, dealer_id, %(period)s, 1, 'floor', value, event,
       CASE event WHEN 'opened' THEN episode + 1 ELSE episode END,
       CASE event WHEN 'opened' THEN crossed ELSE side END, event IN ('opened', 'reopened', 'continued'),
       CASE event WHEN 'opened' THEN false WHEN 'rearmed' THEN true
            WHEN 'closed' THEN CASE side WHEN 'high' THEN value <= high * 0.95 ELSE value >= low * 1.05 END
            ELSE armed END,
       CASE WHEN event IN ('opened', 'reopened', 'continued') AND value > high
            THEN round(greatest(stock - high * sales, 0) * unit_value * annual_rate, 2) END
  FROM stepped WHERE event <> 'none' OR episode > 0
"""
_EPISODES = """
INSERT INTO alerts_alertepisode AS e (code, rule_id, dealer_id, number, side, state, opened_on,
       last_on, closed_on, close_reason, first_value, last_value, stake_amount, acknowledged_by, plan)
SELECT code, rule_id, dealer_id, episode, side, CASE WHEN is_open THEN 'open' ELSE 'closed' END, period,
       period, CASE WHEN NOT is_open THEN period END, '', value, value, stake_amount, '', ''
  FROM alerts_alertreading WHERE code = 'floor' AND period = %(period)s
ON CONFLICT (code, dealer_id, number) DO UPDATE
   SET rule_id = excluded.rule_id, last_on = excluded.last_on, last_value = excluded.last_value,
       stake_amount = excluded.stake_amount,
       state = CASE WHEN excluded.state = 'open' AND e.state <> 'closed' THEN e.state ELSE excluded.state END,
       closed_on = CASE WHEN excluded.state = 'open' THEN NULL
                            ELSE coalesce(e.closed_on, excluded.closed_on) END
"""
_LEFT_BEHIND = """
UPDATE alerts_alertepisode AS e SET state = 'closed', closed_on = r.period
  FROM alerts_alertreading AS r
 WHERE r.code = 'floor' AND r.period = %(period)s AND e.code = 'floor' AND e.dealer_id = r.dealer_id
   AND e.number < r.episode AND e.state <> 'closed'
"""
_DIFFERENCES = """
SELECT count(*) FROM (
    SELECT code = 'floor' AS floor, dealer_id, period, value, event, episode, side, is_open, armed,
           stake_amount
      FROM alerts_alertreading
    UNION ALL
    SELECT code = 'floor', dealer_id, last_on, last_value, state, number, side, closed_on IS NULL,
           first_value IS NULL, stake_amount FROM alerts_alertepisode) AS told
 GROUP BY dealer_id, period, value, event, episode, side, is_open, armed, stake_amount
HAVING count(*) FILTER (WHERE floor) <> count(*) FILTER (WHERE NOT floor)
"""


def main() -> int:
    """Read a month after one that left alerts open; both find the same readings and episodes."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(DEALERS * size)))
        data.feeds(2)
        data.stock(gone=0, here=round(HERE * size), over=6)
        partitions.ensure(data.months(2))
        for turn, month in enumerate(data.months(2)):
            harness.execute(_SOLD, {"period": month.first, "turn": turn})
            harness.execute(_COEFFICIENT, {"period": month.first, "held": HERE // DEALERS})
        alerts.scan(month=data.LAST.previous, revision=1)
        _keep()
        works = {"floor": _floor, "product": _product}
        taken = harness.by_turns(works, before=_reset)
        _floor()
        assert data.row(_DIFFERENCES) is None
    return harness.conclude(NAME, harness.Part("scan", taken["product"] / taken["floor"], TARGET))


def _keep() -> None:
    """The state before the month, once more for the floor."""
    for table, columns in COLUMNS.items():
        harness.execute(f"INSERT INTO {table} (code, {columns}) SELECT 'floor', {columns} FROM {table}")
        harness.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")


def _reset(label: str) -> None:
    for table in COLUMNS:
        harness.execute(f"TRUNCATE {table}")
        harness.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
    harness.settle("metrics_measurevalue", *COLUMNS)


@transaction.atomic
def _floor() -> None:
    for statement in (_READ, _EPISODES, _LEFT_BEHIND):
        harness.execute(statement, {"period": data.LAST.first})


def _product() -> None:
    metrics.collect(month=data.LAST, revision=1, measures={STOCK})
    alerts.scan(month=data.LAST, revision=1)


if __name__ == "__main__":
    sys.exit(main())
