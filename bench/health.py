"""K: health scores of 2,000 dealers in 60 months with their traces and ranks, against set-based SQL."""

from __future__ import annotations

import sys

from apps.closing.rules import DEALERS_PER_PART, dealer_ranges
from apps.dealers.models import Dealer
from apps.health import services as health
from apps.metrics import partitions
from bench import data, harness

NAME = "health"
TARGET = 2
DEALERS, MONTHS = 2_000, 60
REVISION, FLOOR_REVISION = 1, 99
_VALUES = """
INSERT INTO metrics_kpivalue (period, revision, kpi, dealer_id, value, reason, version)
SELECT p.period, 1, k.kpi, d.id,
       CASE WHEN (d.id * 31 + n * 7 + k.place) %% 29 > 0
            THEN k.low + k.step * ((d.id * 7919 + n * 104729) %% k.steps) END, '', 1
  FROM dealers_dealer AS d, unnest(%s::date[]) WITH ORDINALITY AS p (period, n),
       (VALUES (1, 'sales.growth_yoy', -0.45, 0.000123, 7300),
               (2, 'inventory.coefficient', 0.2, 0.000391, 7400),
               (3, 'metrics.feeds_on_time_rate', 0, 0.5, 3)) AS k (place, kpi, low, step, steps)
"""
_PARTS = (
    ("sales", 50, "sales.growth_yoy", "M", '["-0.3", "0.3"]'),
    ("inventory", 30, "inventory.coefficient", "Z", '["0.4", "0.8", "1.2", "2.5"]'),
    ("discipline", 20, "metrics.feeds_on_time_rate", "T", "[]"),
)
_DIMENSIONS = ", ".join(
    f'{{"code": "{code}", "weight": "{weight}", "score": "%s", "kpis": [{{"kpi": "{kpi}", "weight": "100", '
    f'"normaliser": "{normaliser}", "parameters": {parameters}, "value": "%s", "points": "%s", "reason": "", '
    '"adds": "%s"}]}'
    for code, weight, kpi, normaliser, parameters in _PARTS
)
_TRACE = f'{{"dimensions": [{_DIMENSIONS}]}}'
_FLOOR = """
WITH wide AS (
    SELECT period, dealer_id, max(value) FILTER (WHERE kpi = 'sales.growth_yoy') AS growth,
           max(value) FILTER (WHERE kpi = 'inventory.coefficient') AS stock,
           max(value) FILTER (WHERE kpi = 'metrics.feeds_on_time_rate') AS told
      FROM metrics_kpivalue WHERE period = ANY(%(periods)s::date[]) AND revision = 1
     GROUP BY period, dealer_id
), points AS (
    SELECT *, least(greatest(100 * (growth + 0.3) / 0.6, 0), 100) AS sales,
           CASE WHEN stock BETWEEN 0.8 AND 1.2 THEN 100 WHEN stock <= 0.4 OR stock >= 2.5 THEN 0
                WHEN stock < 0.8 THEN 100 * (stock - 0.4) / 0.4
                WHEN stock > 1.2 THEN 100 * (2.5 - stock) / 1.3 END AS inventory,
           least(greatest(100 * told, 0), 120) AS discipline,
           (CASE WHEN growth IS NULL THEN 0 ELSE 50 END + CASE WHEN stock IS NULL THEN 0 ELSE 30 END
            + CASE WHEN told IS NULL THEN 0 ELSE 20 END)::numeric AS weight
      FROM wide
), scored AS (
    SELECT *, weight / 100 AS coverage,
           round((50 * coalesce(sales, 0) + 30 * coalesce(inventory, 0) + 20 * coalesce(discipline, 0))
                 / nullif(weight, 0), 2) AS score
      FROM points
), ranked AS (
    SELECT *, CASE WHEN coverage >= 0.8 THEN rank() OVER best END AS place,
           CASE WHEN coverage >= 0.8 THEN count(*) FILTER (WHERE coverage >= 0.8)
                OVER (PARTITION BY period) END AS places
      FROM scored WINDOW best AS (PARTITION BY period ORDER BY coverage >= 0.8 DESC, score DESC)
)
INSERT INTO health_healthscore (dealer_id, period, revision, scorecard_id, score, coverage, grade, rank,
       ranked, trace)
SELECT dealer_id, period, %(revision)s, (SELECT id FROM health_scorecardversion), score, coverage,
       CASE WHEN coverage < 0.7 THEN '' WHEN score >= 85 THEN 'A' WHEN score >= 70 THEN 'B'
            WHEN score >= 60 THEN 'C' ELSE 'D' END, place, places,
       format(%(trace)s, round(sales, 2), growth, round(sales, 6), round(50 * sales / weight, 2),
              round(inventory, 2), stock, round(inventory, 6), round(30 * inventory / weight, 2),
              round(discipline, 2), told, round(discipline, 6), round(20 * discipline / weight, 2))::jsonb
  FROM ranked
"""
_DIFFERENCES = """
SELECT count(*) FROM (SELECT * FROM health_healthscore WHERE revision = %s) AS ours
  FULL JOIN (SELECT * FROM health_healthscore WHERE revision = %s) AS floor USING (period, dealer_id)
 WHERE (ours.score, ours.coverage, ours.grade, ours.rank, ours.ranked)
       IS DISTINCT FROM (floor.score, floor.coverage, floor.grade, floor.rank, floor.ranked)
"""


def main() -> int:
    """Score all months both ways; both give the same scores, grades and ranks."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(DEALERS * size)))
        partitions.ensure(data.months(MONTHS))
        harness.execute(_VALUES, [_periods()])
        harness.settle()
        taken = harness.by_turns({"floor": _floor, "product": _product}, before=_reset)
        _floor()
        assert data.row(_DIFFERENCES, [REVISION, FLOOR_REVISION])[0] == 0
    return harness.conclude(NAME, harness.Part("scores", taken["product"] / taken["floor"], TARGET))


def _periods() -> list[object]:
    return [month.first for month in data.months(MONTHS)]


def _floor() -> None:
    harness.execute(
        _FLOOR, {"periods": _periods(), "revision": FLOOR_REVISION, "trace": f'{{"dimensions": [{_TRACE}]}}'}
    )


def _product() -> None:
    """The stages of a close, month by month, in the parts of a close."""
    parts = dealer_ranges(list(Dealer.objects.order_by("pk").values_list("pk", flat=True)), DEALERS_PER_PART)
    for month in data.months(MONTHS):
        for first, last in parts:
            health.score(month=month, revision=REVISION, first_dealer=first, last_dealer=last)
        health.rank(month=month, revision=REVISION)


def _reset(label: str) -> None:
    harness.execute("DELETE FROM health_healthscore")
    harness.settle("health_healthscore")


if __name__ == "__main__":
    sys.exit(main())
