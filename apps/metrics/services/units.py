"""From dealers to units and the network: sums divided by sums, and the mean of the dealers beside it."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from apps.kernel.period import Month
from apps.metrics.queries import dictionary
from apps.metrics.rules import is_ratio, is_sum
from apps.periods import queries as periods

_ROLL_UP = """
WITH RECURSIVE shown (kpi, summed) AS (
    SELECT * FROM unnest(%(kpis)s::text[], %(summed)s::bool[])
), placed AS (
    SELECT d.id AS dealer_id, coalesce(p.unit_id, d.unit_id) AS unit_id
      FROM dealers_dealer AS d
      LEFT JOIN LATERAL (
          SELECT unit_id FROM dealers_dealerplacement
           WHERE dealer_id = d.id
           ORDER BY (valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)) DESC,
                    abs(valid_from - %(day)s::date) LIMIT 1) AS p ON true
), parents AS (
    SELECT u.id AS unit_id, CASE WHEN p.unit_id IS NULL THEN u.parent_id ELSE p.parent_id END AS parent_id
      FROM dealers_orgunit AS u
      LEFT JOIN LATERAL (
          SELECT unit_id, parent_id FROM dealers_unitplacement
           WHERE unit_id = u.id
           ORDER BY (valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)) DESC,
                    abs(valid_from - %(day)s::date) LIMIT 1) AS p ON true
), above (unit_id, ancestor_id) AS (
    SELECT unit_id, unit_id FROM parents
    UNION
    SELECT a.unit_id, p.parent_id FROM above AS a JOIN parents AS p ON p.unit_id = a.ancestor_id
     WHERE p.parent_id IS NOT NULL
), counted AS (
    SELECT placed.unit_id, v.kpi, s.summed, v.numerator, v.denominator, v.value,
           CASE WHEN s.summed THEN v.numerator IS NOT NULL
                ELSE v.numerator IS NOT NULL AND v.denominator IS NOT NULL END AS known
      FROM metrics_kpivalue AS v
      JOIN shown AS s ON s.kpi = v.kpi
      JOIN placed ON placed.dealer_id = v.dealer_id
     WHERE v.period = %(period)s AND v.revision = %(revision)s
), lowest AS (
    SELECT unit_id, kpi, summed, sum(numerator) FILTER (WHERE known) AS numerator,
           sum(denominator) FILTER (WHERE known) AS denominator, count(*) FILTER (WHERE known) AS known,
           sum(value) AS value, count(value) AS valued, count(*) AS total
      FROM counted GROUP BY unit_id, kpi, summed
), rolled AS (
    SELECT a.ancestor_id AS unit_id, l.kpi, l.summed, sum(l.numerator) AS numerator,
           sum(l.denominator) AS denominator, sum(l.known) AS known, sum(l.value) AS value,
           sum(l.valued) AS valued, sum(l.total) AS total
      FROM lowest AS l JOIN above AS a ON a.unit_id = l.unit_id
     GROUP BY a.ancestor_id, l.kpi, l.summed
)
INSERT INTO metrics_unitkpivalue
    (unit_id, period, revision, kpi, numerator, denominator, value, mean, dealers_counted, dealers_total)
SELECT unit_id, %(period)s, %(revision)s, kpi, round(numerator, 6),
       CASE WHEN summed THEN NULL ELSE round(denominator, 6) END,
       CASE WHEN summed THEN round(numerator, 6) ELSE round(numerator / nullif(denominator, 0), 6) END,
       round(value / nullif(valued, 0), 6),
       CASE WHEN numerator IS NULL THEN valued ELSE known END, total
  FROM rolled ORDER BY unit_id, kpi
"""


@transaction.atomic
def reduce_units(*, month: Month, revision: int) -> int:
    """Replace the KPI values of all units and the network in one reading of a month; returns the rows.

    A ratio is Σ numerators / Σ denominators over the dealers of which both are known; units and money are
    summed; the mean of the dealers' values stands beside it. The tree is that of the month's last day; who
    stood nowhere on that day counts where it stood nearest to it.
    """
    kinds = dictionary.kinds()
    formulas = {code: kpi.formula for code, kpi in dictionary.computed_kpis().items() if kpi.formula}
    summed = {code: not is_ratio(formula) and is_sum(formula, kinds) for code, formula in formulas.items()}
    params: dict[str, Any] = {
        "kpis": list(summed),
        "summed": list(summed.values()),
        "day": periods.business_calendar().bounds(month)[1],
        "period": month.first,
        "revision": revision,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM metrics_unitkpivalue WHERE period = %(period)s AND revision = %(revision)s", params
        )
        cursor.execute(_ROLL_UP, params)
        return int(cursor.rowcount)
