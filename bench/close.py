"""I: a month of 2,000 dealers from 1M deliveries and 1M stock movements to measures, KPIs and unit sums.

The floor is set-based SQL that writes the same rows, interest of loans on cars among them; the product is
held to the same measures and KPIs, and timed once more with all it has. Scores, rebates and alerts have
benches of their own: what a run spends on them is printed and not counted.
"""

from __future__ import annotations

import sys
import time

from django.db.models import F, Sum

from apps.closing.models import Step
from apps.metrics.registry import registry
from bench import close_floor, data, harness

NAME = "close"
TARGET, GROWTH_TARGET = 2, 6
DEALERS, DELIVERIES, GONE, HERE = 2_000, 1_000_000, 350_000, 300_000
MONTHS = 24
APART = frozenset({"health", "ranks", "rebates", "pools", "alerts"})
WRITTEN = (
    "incentives_accrualline",
    "incentives_accrual",
    "alerts_alertreading",
    "alerts_alertepisode",
    "health_healthscore",
    "metrics_unitkpivalue",
    "metrics_kpivalue",
    "closing_step",
    "closing_run",
)
SMALL = "a tenth of the facts"


def main() -> int:
    """Time the product on a tenth of the facts, then floor and product on all of them."""
    size = harness.scale(NAME)
    everything = (registry.measures, registry.kpis)
    registry.measures = {code: registry.measures[code] for code in sorted(close_floor.MEASURES)}
    registry.kpis = {code: registry.kpis[code] for code in sorted(close_floor.KPIS)}
    with harness.scratch(NAME):
        data.network(max(20, round(DEALERS * size)))
        data.feeds(MONTHS)
        _facts(size * 0.1)
        data.store(data.months(MONTHS)[:-1], kpis=False)
        harness.settle()
        small = harness.by_turns({SMALL: _close}, before=_reset)[SMALL]
        _facts(size * 0.9, after=round(DELIVERIES * size))
        taken = harness.by_turns({"floor": close_floor.compute, "product": _close}, before=_reset)
        close_floor.compute()
        assert not (differing := close_floor.differences()), differing
        registry.measures, registry.kpis = everything
        whole = f"all {len(registry.measures)} measures, {len(registry.kpis)} KPIs"
        harness.by_turns({whole: _close}, before=_reset)
        _print_stages()
    return harness.conclude(
        NAME,
        harness.Part("facts to KPIs", taken["product"] / taken["floor"], TARGET),
        harness.Part("ten times the facts", taken["product"] / small, GROWTH_TARGET),
    )


def _facts(size: float, after: int = 0) -> None:
    data.deliveries(round(DELIVERIES * size), over=MONTHS, after=after)
    data.stock(gone=round(GONE * size), here=round(HERE * size), over=MONTHS, after=after)
    data.loans(after=after)
    harness.settle()


def _reset(label: str) -> None:
    """Take away what the last turn wrote."""
    harness.execute("DELETE FROM metrics_measurevalue WHERE period = %s", [data.LAST.first])
    for table in WRITTEN:
        harness.execute(f"DELETE FROM {table}")
    harness.settle("metrics_measurevalue", *WRITTEN)


def _close() -> float:
    """Run all stages in this process, as a worker does; answers the seconds of the stages that count."""
    started = time.perf_counter()
    data.compute([data.LAST])
    elapsed = time.perf_counter() - started
    return elapsed - sum(seconds for code, seconds in _stages() if code in APART)


def _stages() -> list[tuple[str, float]]:
    """How long the steps of each stage took, in order."""
    took = Sum(F("job__finished_at") - F("job__started_at"))
    rows = Step.objects.values("no", "code").annotate(took=took).order_by("no")
    return [(row["code"], row["took"].total_seconds()) for row in rows]


def _print_stages() -> None:
    for code, seconds in _stages():
        print(f"  {code:<16}{1000 * seconds:10.0f} ms{' (apart)' if code in APART else ''}")


if __name__ == "__main__":
    sys.exit(main())
