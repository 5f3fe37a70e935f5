"""Scores are written by the close: first every dealer's score, then the ranks of the whole network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.health import queries
from apps.health.models import HealthScore, ScorecardVersion
from apps.health.rules import Scorecard, ranks
from apps.kernel.period import Month
from apps.kernel.scoring import CompositeScore
from apps.metrics.models import KpiValue

_RANK = """
UPDATE health_healthscore AS score SET rank = placed.rank, ranked = placed.ranked
  FROM (SELECT *, %s AS ranked FROM unnest(%s::bigint[], %s::int[]) AS found (dealer_id, rank)) AS placed
 WHERE score.dealer_id = placed.dealer_id AND score.period = %s AND score.revision = %s
"""


@transaction.atomic
def score(*, month: Month, revision: int, first_dealer: int, last_dealer: int) -> int:
    """Score the dealers with ids first..last from the month's KPI values; replaces its own rows."""
    version = queries.scorecard_in_force(month)
    rows = HealthScore.objects.filter(period=month.first, revision=revision)
    rows.filter(dealer_id__gte=first_dealer, dealer_id__lte=last_dealer).delete()
    if version is None:
        return 0
    scorecard = version.scorecard
    known = KpiValue.objects.filter(period=month.first, revision=revision)
    own = known.filter(dealer_id__gte=first_dealer, dealer_id__lte=last_dealer)
    values, peers = _values(scorecard, own), _peers(scorecard, known)
    scored = [
        _row(version, month, revision, dealer, scorecard.score(found, peers), found)
        for dealer, found in sorted(values.items())
    ]
    HealthScore.objects.bulk_create(scored, batch_size=1000)
    return len(scored)


@transaction.atomic
def rank(*, month: Month, revision: int) -> int:
    """Rank all dealers of the month by their rounded score; returns how many carry a rank."""
    rows = HealthScore.objects.filter(period=month.first, revision=revision)
    scores = rows.values_list("dealer_id", "score", "coverage")
    found = ranks({dealer: (score, coverage) for dealer, score, coverage in scores})
    with connection.cursor() as cursor:
        cursor.execute(_RANK, [len(found), list(found), list(found.values()), month.first, revision])
    return len(found)


def _values(scorecard: Scorecard, known: QuerySet[KpiValue]) -> dict[int, dict[str, Decimal]]:
    """KPI values by dealer; a dealer without any value still appears, with nothing."""
    rows = known.filter(kpi__in=set(scorecard.kpis))
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for dealer, kpi, value in rows.values_list("dealer_id", "kpi", "value"):
        held = found[dealer]
        if value is not None:
            held[kpi] = value
    return found


def _peers(scorecard: Scorecard, known: QuerySet[KpiValue]) -> dict[str, list[Decimal]]:
    """All values in the network of the KPIs that are scored against peers, in order."""
    weights = [kpi for dimension in scorecard.dimensions for kpi in dimension.kpis]
    found: dict[str, list[Decimal]] = {kpi.code: [] for kpi in weights if kpi.normaliser == "P"}
    rows = known.filter(kpi__in=found).order_by("kpi", "value")
    for code, value in rows.values_list("kpi", "value"):
        if value is not None:
            found[code].append(value)
    return found


def _row(
    version: ScorecardVersion,
    month: Month,
    revision: int,
    dealer: int,
    result: CompositeScore,
    values: Mapping[str, Decimal],
) -> HealthScore:
    return HealthScore(
        dealer_id=dealer,
        period=month.first,
        revision=revision,
        scorecard=version,
        score=result.score,
        coverage=result.coverage,
        grade=result.grade or "",
        trace=_trace(result, values),
    )


def _trace(result: CompositeScore, values: Mapping[str, Decimal]) -> dict[str, Any]:
    """Every dimension and KPI with its value, its points of 100, its weight and what it adds to the score."""
    return {
        "dimensions": [
            {
                "code": dimension.code,
                "weight": str(dimension.spec.weight),
                "score": None if dimension.score is None else str(dimension.score.quantize(Decimal("0.01"))),
                "kpis": [
                    {
                        "kpi": kpi.code,
                        "weight": str(kpi.weight),
                        "normaliser": kpi.normaliser,
                        "parameters": [str(part) for part in kpi.parameters],
                        "value": _text(values.get(kpi.code)),
                        "points": _text(points) if isinstance(points, Decimal) else None,
                        "reason": "" if isinstance(points, Decimal) else points.reason,
                        "adds": _text(result.contributions.get(f"{dimension.code}/{kpi.code}")),
                    }
                    for kpi, points in dimension.kpis
                ],
            }
            for dimension in result.dimensions
        ]
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value.quantize(Decimal("0.000001")).normalize())
