"""The floor of a close: set-based SQL from facts to measures, KPIs and unit sums, written as revision 99."""

from __future__ import annotations

import re

from django.db import transaction

from apps.metrics import membership
from apps.metrics.registry import registry
from bench import data, harness

REVISION = 99

_MEASURES = """
WITH sold AS (
    SELECT dealer_id, sum(quantity) AS units, sum(quantity * price_amount) AS amount
      FROM sales_retaildelivery WHERE period = %(period)s GROUP BY dealer_id
), loans AS (
    SELECT unit_id, sum(round(principal_amount * annual_rate * greatest(
               least(coalesce(ended_on, %(last)s), %(last)s) - started_on - free_days, 0) / 360, 2)) AS paid
      FROM inventory_floorplanloan WHERE started_on <= %(last)s GROUP BY unit_id
), bears AS (
    SELECT u.id, %(last)s - u.received_on AS age,
           coalesce(l.paid, round(u.cost_amount * t.annual_rate
               * greatest(%(last)s - u.received_on - t.free_days, 0) / t.year_days, 2)) AS interest,
           t.storage_amount * (%(last)s - u.received_on) / 30.0 + u.cost_amount
               * (t.insurance_rate + t.depreciation_rate) * (%(last)s - u.received_on) / 365 AS other
      FROM inventory_stockunit AS u LEFT JOIN loans AS l ON l.unit_id = u.id,
           (SELECT * FROM inventory_holdingterms WHERE effective_from <= %(last)s
             ORDER BY effective_from DESC LIMIT 1) AS t
     WHERE u.gone_period IS NULL OR u.gone_period > %(period)s
), coming AS (
    SELECT dealer_id, count(*) AS units FROM inventory_shipment
     WHERE is_paid AND coalesce(paid_on, %(last)s) <= %(last)s AND shipped_on <= %(last)s
       AND (arrived_on IS NULL OR arrived_on > %(last)s) AND (cancelled_on IS NULL OR cancelled_on > %(last)s)
     GROUP BY dealer_id
), held AS (
    SELECT m.dealer_id, sum(m.quantity) AS units, sum(m.quantity * u.cost_amount) AS amount,
           sum(m.quantity) FILTER (WHERE %(last)s - u.received_on > 90) AS aged,
           sum(m.quantity * u.cost_amount) FILTER (WHERE %(last)s - u.received_on > 90) AS aged_amount,
           sum(m.quantity * (%(last)s - u.received_on)) AS age, sum(m.quantity * b.interest) AS interest,
           sum(m.quantity * round(b.interest + b.other, 2)) AS holding
      FROM inventory_stockmovement AS m JOIN inventory_stockunit AS u ON u.id = m.unit_id
      JOIN bears AS b ON b.id = u.id
     WHERE m.period <= %(period)s AND (u.gone_period IS NULL OR u.gone_period > %(period)s)
     GROUP BY m.dealer_id
), moved AS (
    SELECT dealer_id, sum(quantity) FILTER (WHERE kind = 'receipt') AS receipts,
           -sum(quantity) FILTER (WHERE kind = 'retail') AS retail,
           sum(quantity) FILTER (WHERE kind = 'transfer_in') AS came,
           -sum(quantity) FILTER (WHERE kind IN ('transfer_out', 'wholesale_out')) AS went,
           sum(quantity) FILTER (WHERE kind IN ('adjustment', 'opening')) AS adjusted
      FROM inventory_stockmovement WHERE period = %(period)s GROUP BY dealer_id
), told AS (
    SELECT dealer_id, count(*) FILTER (WHERE first_reported_at < %(late)s) AS on_time
      FROM metrics_feedstatus WHERE period = %(period)s GROUP BY dealer_id
)
INSERT INTO metrics_measurevalue (period, revision, measure, dealer_id, dimension, value)
SELECT %(period)s, %(revision)s, v.measure, d.id, '', round(coalesce(v.value, 0), 6)
  FROM dealers_dealer AS d
  LEFT JOIN sold ON sold.dealer_id = d.id LEFT JOIN held ON held.dealer_id = d.id
  LEFT JOIN moved ON moved.dealer_id = d.id LEFT JOIN told ON told.dealer_id = d.id
  LEFT JOIN coming ON coming.dealer_id = d.id,
       LATERAL (VALUES ('sales.retail_units', sold.units::numeric), ('sales.retail_amount', sold.amount),
                       ('inventory.stock_units', held.units), ('inventory.stock_amount', held.amount),
                       ('inventory.aged_units', held.aged), ('inventory.aged_amount', held.aged_amount),
                       ('inventory.capital_amount', held.amount),
                       ('inventory.interest_amount', held.interest),
                       ('inventory.holding_amount', held.holding),
                       ('inventory.paid_transit_units', coming.units),
                       ('inventory.age_days', held.age), ('inventory.receipt_units', moved.receipts),
                       ('inventory.retail_out_units', moved.retail),
                       ('inventory.transfer_in_units', moved.came),
                       ('inventory.transfer_out_units', moved.went),
                       ('inventory.adjustment_units', moved.adjusted),
                       ('metrics.feeds_due', %(feeds)s),
                       ('metrics.feeds_on_time', told.on_time)) AS v (measure, value)
"""
_RETAIL = "sum(value) FILTER (WHERE measure = 'sales.retail_units' AND {})"
_NOW = "sum(value) FILTER (WHERE measure = '{}' AND period = %(period)s)"
_KPIS = f"""
WITH wide AS (
    SELECT dealer_id,
           {_RETAIL.format("period = %(period)s")} AS retail,
           {_RETAIL.format("period = %(previous)s")} AS previous,
           {_RETAIL.format("period = %(year_ago)s")} AS year_ago,
           {_RETAIL.format("period >= %(january)s")} AS ytd,
           {_RETAIL.format("period BETWEEN %(january_ago)s AND %(year_ago)s")} AS ytd_ago,
           {_RETAIL.format("period >= %(three)s")} / 3 AS retail_3,
           {_RETAIL.format("period >= %(twelve)s")} AS retail_12,
           sum(value) FILTER (WHERE measure = 'inventory.stock_units' AND period >= %(twelve)s) / 12
               AS stock_12,
           {_NOW.format("sales.retail_amount")} AS amount,
           {_NOW.format("inventory.stock_units")} AS stock,
           {_NOW.format("inventory.stock_amount")} AS cost,
           {_NOW.format("inventory.capital_amount")} AS capital,
           {_NOW.format("inventory.interest_amount")} AS interest,
           {_NOW.format("inventory.holding_amount")} AS holding,
           {_NOW.format("inventory.paid_transit_units")} AS coming,
           {_NOW.format("inventory.aged_units")} AS aged,
           {_NOW.format("inventory.aged_amount")} AS aged_cost,
           {_NOW.format("inventory.age_days")} AS age,
           {_NOW.format("inventory.receipt_units")} AS receipts,
           {_NOW.format("metrics.feeds_due")} AS due,
           {_NOW.format("metrics.feeds_on_time")} AS on_time
      FROM metrics_measurevalue
     WHERE period BETWEEN %(january_ago)s AND %(period)s AND dimension = ''
       AND revision = CASE WHEN period = %(period)s THEN %(revision)s ELSE 1 END
     GROUP BY dealer_id
)
INSERT INTO metrics_kpivalue
       (period, revision, kpi, dealer_id, numerator, denominator, value, reason, version)
SELECT %(period)s, %(revision)s, v.kpi, dealer_id, round(v.top, 6), round(v.bottom, 6),
       round(CASE WHEN v.whole THEN v.top ELSE v.top / nullif(v.bottom, 0) END, 6), '', 1
  FROM wide,
       LATERAL (VALUES ('sales.retail_units', retail, NULL, true),
                       ('sales.retail_amount', amount, NULL, true),
                       ('sales.ytd_units', ytd, NULL, true),
                       ('sales.growth_yoy', retail - year_ago, year_ago, false),
                       ('sales.growth_mom', retail - previous, previous, false),
                       ('sales.growth_ytd', ytd - ytd_ago, ytd_ago, false),
                       ('sales.average_price', amount, retail, false),
                       ('inventory.coefficient', stock + coming, retail, false),
                       ('inventory.coefficient_3m', stock + coming, retail_3, false),
                       ('inventory.stock_depth', stock + coming, retail, false),
                       ('inventory.days_supply', (stock + coming) * 30, retail, false),
                       ('inventory.turnover_units', retail_12, stock_12, false),
                       ('inventory.turn_days', stock_12 * 365, retail_12, false),
                       ('inventory.mean_age', age, stock, false),
                       ('inventory.aged_share', aged, stock, false),
                       ('inventory.aged_share_amount', aged_cost, cost, false),
                       ('inventory.capital', capital, NULL, true),
                       ('inventory.floorplan_interest', interest, NULL, true),
                       ('inventory.holding_cost', holding, NULL, true),
                       ('inventory.wholesale_to_retail', receipts, retail, false),
                       ('metrics.feeds_on_time_rate', on_time, due, false)) AS v (kpi, top, bottom, whole)
"""
MEASURES = frozenset(re.findall(r"\('([a-z_.0-9]+)', (?:\w+\.|%\()", _MEASURES))
KPIS = frozenset(re.findall(r"\('([a-z_.0-9]+)', ", _KPIS))
"""What both compute: the product is held to these and runs once more with all it has."""
_UNITS = """
INSERT INTO metrics_unitkpivalue
       (unit_id, period, revision, kpi, numerator, denominator, value, mean, dealers_counted, dealers_total)
SELECT a.id, %(period)s, %(revision)s, v.kpi, round(sum(v.numerator) FILTER (WHERE v.value IS NOT NULL), 6),
       round(sum(v.denominator) FILTER (WHERE v.value IS NOT NULL), 6),
       round(sum(v.numerator) FILTER (WHERE v.value IS NOT NULL)
             / coalesce(nullif(sum(v.denominator) FILTER (WHERE v.value IS NOT NULL), 0), 1), 6),
       round(avg(v.value), 6), count(v.value), count(*)
  FROM metrics_kpivalue AS v JOIN dealers_dealer AS d ON d.id = v.dealer_id
  JOIN dealers_orgunit AS u ON u.id = d.unit_id
  JOIN dealers_orgunit AS a ON u.path LIKE a.path || '%%'
 WHERE v.period = %(period)s AND v.revision = %(revision)s
 GROUP BY a.id, v.kpi
"""
_DIFFERENCES = """
SELECT array_agg(DISTINCT kpi) FROM (
    SELECT kpi, dealer_id, numerator, denominator, value FROM metrics_kpivalue
     WHERE period = %(period)s AND revision = 1) AS ours
  FULL JOIN (
    SELECT kpi, dealer_id, numerator, denominator, value FROM metrics_kpivalue
     WHERE period = %(period)s AND revision = %(revision)s) AS floor USING (kpi, dealer_id)
 WHERE (ours.numerator, ours.denominator, ours.value)
       IS DISTINCT FROM (floor.numerator, floor.denominator, floor.value)
"""


@transaction.atomic
def compute() -> None:
    """Measures, KPIs and unit sums of the last month in three statements."""
    for statement in (_MEASURES, _KPIS, _UNITS):
        harness.execute(statement, _values())


def differences() -> list[str]:
    """The KPIs with a value that is not the product's; empty when both computed the same."""
    return data.row(_DIFFERENCES, _values())[0] or []


def _values() -> dict[str, object]:
    month = data.LAST
    return {
        "period": month.first,
        "last": month.last,
        "previous": month.previous.first,
        "year_ago": month.year_ago.first,
        "january": month.first.replace(month=1),
        "january_ago": month.year_ago.first.replace(month=1),
        "three": month.shift(-2).first,
        "twelve": month.shift(-11).first,
        "late": membership.deadlines(month)["sales.retail"],
        "revision": REVISION,
        "feeds": len(registry.feeds),
    }
