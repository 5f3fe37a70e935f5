"""F3: a draft replayed on 24 closed months of the network beside another version, against set-based SQL.

The product judges every car for both versions as a settlement would; the floor only sums, looks up the tier
and writes the same rows.
"""

from __future__ import annotations

import sys
from datetime import date

from django.utils import timezone

from apps.incentives.models import BackTest, BackTestRow, Policy, PolicyVersion
from apps.incentives.rules import document as documents
from apps.incentives.rules import replay
from apps.incentives.services import backtesting
from apps.kernel.period import Month
from apps.periods.models import PeriodState
from apps.periods.rules import ALL_KINDS, MonthState
from bench import data, harness

NAME = "backtest"
TARGET = 2
DEALERS, CARS, MONTHS = 2_000, 480_000, 24
TIERS = ((1, 500), (5, 800), (10, 1000))
BEFORE = 600
_FLOOR = """
CREATE UNLOGGED TABLE bench_row AS
SELECT d.id AS dealer_id, m.first AS window_first, m.last AS window_last, coalesce(f.units, 0) AS units,
       round(coalesce(f.units, 0) * CASE WHEN f.units >= 10 THEN 1000 WHEN f.units >= 5 THEN 800
                                         WHEN f.units >= 1 THEN 500 ELSE 0 END, 2) AS amount,
       round(coalesce(f.units, 0) * %(before)s, 2) AS compared_amount
  FROM dealers_dealer AS d
 CROSS JOIN unnest(%(firsts)s::date[], %(lasts)s::date[]) AS m (first, last)
  LEFT JOIN (SELECT dealer_id, date_trunc('month', occurred_on)::date AS first, sum(quantity) AS units
               FROM sales_retaildelivery WHERE occurred_on BETWEEN %(since)s AND %(until)s
              GROUP BY 1, 2) AS f ON f.dealer_id = d.id AND f.first = m.first
 WHERE (d.opened_on IS NULL OR d.opened_on <= m.last) AND (d.closed_on IS NULL OR d.closed_on >= m.first)
"""
_DIFFERENCES = """
SELECT count(*), count(*) FILTER (WHERE (ours.units, ours.amount, ours.compared_amount)
       IS DISTINCT FROM (floor.units, floor.amount, floor.compared_amount))
  FROM (SELECT * FROM incentives_backtestrow WHERE run_id = (SELECT max(id) FROM incentives_backtest)) AS ours
  FULL JOIN bench_row AS floor USING (dealer_id, window_first)
"""


def main() -> int:
    """Replay the draft both ways, by turns; both must give the same rows."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(DEALERS * size)))
        months = data.months(MONTHS)
        data.deliveries(round(CARS * size), over=MONTHS)
        PeriodState.objects.bulk_create(
            PeriodState(kind=ALL_KINDS, period=each.first, state=MonthState.CLOSED, changed_at=timezone.now())
            for each in months
        )
        tiers = [{"from": str(reach), "value": str(value)} for reach, value in TIERS]
        since, at = months[0].first, timezone.now()
        published = {"state": "published", "effective_from": since, "published_on": since, "published_at": at}
        before = _version(1, {"scale": "fixed", "value": str(BEFORE)}, **published)
        draft = _version(2, {"scale": "cliff", "measure": "units", "tiers": tiers}, state="draft")
        harness.settle()

        def floor() -> None:
            spans = {"firsts": [each.first for each in months], "lasts": [each.last for each in months]}
            span: dict[str, date | int] = {"since": months[0].first, "until": months[-1].last}
            harness.execute(_FLOOR, spans | span | {"before": BEFORE})
            harness.execute("CREATE UNIQUE INDEX ON bench_row (dealer_id, window_first)")

        taken = harness.by_turns(
            {"floor": floor, "product": lambda: _replayed(draft, before, months)}, before=_reset
        )
        _reset("floor")
        floor()
        rows, differing = data.row(_DIFFERENCES)
        assert rows and not differing, f"{differing} of {rows} rows differ"
        print(f"  {rows} rows of {MONTHS} months, {1000 * taken['product'] / MONTHS:.0f} ms for each month")
    return harness.conclude(NAME, harness.Part("back-test", taken["product"] / taken["floor"], TARGET))


def _replayed(draft: PolicyVersion, before: PolicyVersion, months: list[Month]) -> None:
    """Ask for the back-test and do what its jobs do, one month after the other."""
    first, last, now = months[0], months[-1], timezone.now()
    run = backtesting.start_back_test(
        version=draft, first=first, last=last, compared=before, actor=data.ACTOR, now=now
    )
    for window in replay.windows(documents.read(run.document), first, last):
        backtesting.run_term(run_id=run.pk, window=window, now=now)


def _version(number: int, params: dict[str, object], **state: object) -> PolicyVersion:
    clause = {"code": "volume", "type": "volume", "params": params}
    label = {"zh": "测试政策", "en": "Bench policy"}
    read = documents.read({"code": "B01", "label": label, "components": [clause]})
    policy, _made = Policy.objects.get_or_create(
        code="B01", defaults={"label_zh": label["zh"], "label_en": label["en"]}
    )
    return PolicyVersion.objects.create(
        policy=policy, version=number, document=read.data(), sha256=read.sha256(), **state
    )


def _reset(label: str) -> None:
    if label == "floor":
        harness.execute("DROP TABLE IF EXISTS bench_row")
        return
    BackTestRow.objects.all().delete()
    BackTest.objects.all().delete()
    harness.settle("incentives_backtestrow", "core_job")


if __name__ == "__main__":
    sys.exit(main())
