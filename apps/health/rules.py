"""From KPI values to a health score that says what each part cost. Source: §7.1, first-slice conventions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.kernel.missing import Missing
from apps.kernel.scoring import (
    RANKED_FROM,
    CompositeScore,
    DimensionSpec,
    KpiWeight,
    Score,
    composite,
)

NO_VALUE = Missing("no_value")


@dataclass(frozen=True)
class Goal:
    """What a KPI is compared with: a fixed goal, or the peers of the dealer."""

    target: Decimal | None = None


@dataclass(frozen=True)
class Scorecard:
    """A version of the scorecard: dimensions with weighted KPIs, and the fixed goals of T and T− KPIs."""

    code: str
    version: int
    dimensions: tuple[DimensionSpec, ...]
    goals: Mapping[str, Goal]

    @property
    def kpis(self) -> tuple[str, ...]:
        """All KPI codes it reads, in order."""
        return tuple(kpi.code for dimension in self.dimensions for kpi in dimension.kpis)

    def score(self, values: Mapping[str, Decimal], peers: Mapping[str, Sequence[Decimal]]) -> CompositeScore:
        """The score of one dealer from its KPI values (absent = no value) and the values of its peers."""
        scores: dict[str, Score] = {}
        for dimension in self.dimensions:
            for kpi in dimension.kpis:
                goal = self.goals.get(kpi.code, Goal()).target
                scores[kpi.code] = kpi.normalise(
                    values.get(kpi.code, NO_VALUE),
                    Missing("no_target") if goal is None else goal,
                    peers.get(kpi.code, ()),
                )
        return composite(self.dimensions, scores)


def read_scorecard(code: str, version: int, spec: Mapping[str, Any]) -> Scorecard:
    """A scorecard from its stored form; KeyError or ScoringError when the form contradicts itself.

    `spec` = {"dimensions": [{"code", "weight", "kpis": [{"kpi", "weight", "normaliser", …}]}]}, a KPI with
    its "parameters" (M, Z) or its "target" (T, T−).
    """
    dimensions, goals = [], {}
    for part in spec["dimensions"]:
        kpis = []
        for row in part["kpis"]:
            parameters = tuple(Decimal(value) for value in row.get("parameters", ()))
            kpis.append(KpiWeight(row["kpi"], Decimal(row["weight"]), row["normaliser"], parameters))
            if row.get("target") is not None:
                goals[row["kpi"]] = Goal(Decimal(row["target"]))
        dimensions.append(DimensionSpec(part["code"], Decimal(part["weight"]), tuple(kpis)))
    return Scorecard(code, version, tuple(dimensions), goals)


def ranks(scores: Mapping[int, tuple[Decimal | None, Decimal]]) -> dict[int, int]:
    """Competition ranks (1, 2, 2, 4) of dealers by score, best first; only with coverage of 80 % or more.

    `scores` maps dealer to (score of two decimals, coverage 0..1).
    """
    rated = sorted(
        (
            (score, dealer)
            for dealer, (score, cover) in scores.items()
            if score is not None and cover >= RANKED_FROM
        ),
        key=lambda pair: (-pair[0], pair[1]),
    )
    found: dict[int, int] = {}
    for place, (score, dealer) in enumerate(rated, start=1):
        same = found[rated[place - 2][1]] if place > 1 and rated[place - 2][0] == score else place
        found[dealer] = same
    return found
