"""Scores of 0 to 100: normalisers, weights, missing data, coverage, grades and lights. Source: §7.1."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cached_property, reduce
from itertools import pairwise
from typing import Literal

from apps.kernel import money
from apps.kernel.missing import Missing
from apps.kernel.trace import Step, Trace

Light = Literal["green", "amber", "red"]
Score = Decimal | Missing
ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
TARGET_CAP = Decimal(120)
GRADED_FROM = Decimal("0.70")
RANKED_FROM = Decimal("0.80")
GREEN_FROM = Decimal(80)
AMBER_FROM = Decimal(60)
NO_TARGET = Missing("no_target")
NO_PEERS = Missing("no_peers")
_EXACT = Context(prec=400)


class ScoringError(ValueError):
    """A scorecard, scale or score that contradicts itself."""


def _clipped(value: Decimal, top: Decimal) -> Decimal:
    return min(max(value, ZERO), top)


def target(actual: Decimal, goal: Decimal) -> Score:
    """T: achievement ``clip(100·actual/target, 0, 120)``; without a positive target there is no score."""
    return _clipped(HUNDRED * actual / goal, TARGET_CAP) if goal > 0 else NO_TARGET


def target_minus(actual: Decimal, goal: Decimal) -> Score:
    """T−: less is better, ``clip(100·(2 − actual/target), 0, 120)``; without a positive target no score."""
    return _clipped(HUNDRED * (2 - actual / goal), TARGET_CAP) if goal > 0 else NO_TARGET


def min_max(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """M: ``100(x − low)/(high − low)`` held within 0..100; with low above high less is better."""
    if low == high:
        raise ScoringError("the two anchors of a min-max score must differ")
    return _clipped(HUNDRED * (value - low) / (high - low), HUNDRED)


def percentile_score(value: Decimal, peers: Iterable[Decimal]) -> Score:
    """P: ``100·(#below + ½·#equal)/n`` among the peers, the own value being one of them."""
    ordered = sorted(peers)
    return _percentile(value, ordered) if ordered else NO_PEERS


def percentile_scores(values: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """P for every member of one peer group at once."""
    ordered = sorted(values.values())
    return {code: _percentile(value, ordered) for code, value in values.items()}


def _percentile(value: Decimal, ordered: Sequence[Decimal]) -> Decimal:
    below, through = bisect_left(ordered, value), bisect_right(ordered, value)
    return 50 * Decimal(below + through) / len(ordered)


def trapezoid(value: Decimal, a: Decimal, b: Decimal, c: Decimal, d: Decimal) -> Decimal:
    """Z: 0 up to a, rising to 100 at b, 100 up to c, falling to 0 at d."""
    if not a <= b <= c <= d:
        raise ScoringError("the corners of a trapezoid ascend")
    if b <= value <= c:
        return HUNDRED
    if value <= a or value >= d:
        return ZERO
    return HUNDRED * (value - a) / (b - a) if value < b else HUNDRED * (d - value) / (d - c)


@dataclass(frozen=True)
class KpiWeight:
    """A KPI in a dimension: its weight there, and its normaliser with the parameters that are fixed.

    Normalisers: ``T``, ``T_minus`` (goal per dealer), ``M`` (low, high), ``P`` (peers), ``Z`` (a, b, c, d).
    """

    code: str
    weight: Decimal
    normaliser: Literal["T", "T_minus", "M", "P", "Z"] = "T"
    parameters: tuple[Decimal, ...] = ()

    def __post_init__(self) -> None:
        _check_weight(self.code, self.weight)
        wanted = {"M": 2, "Z": 4}.get(self.normaliser, 0)
        if len(self.parameters) != wanted:
            raise ScoringError(f"{self.code}: normaliser {self.normaliser} takes {wanted} parameters")
        if wanted:
            self._fixed(ZERO)

    def normalise(self, value: Score, goal: Score = NO_TARGET, peers: Iterable[Decimal] = ()) -> Score:
        """The score of a KPI value; a missing value, target or peer group gives no score with its reason."""
        if isinstance(value, Missing):
            return value
        match self.normaliser:
            case "M" | "Z":
                return self._fixed(value)
            case "P":
                return percentile_score(value, peers)
        if isinstance(goal, Missing):
            return goal
        return target(value, goal) if self.normaliser == "T" else target_minus(value, goal)

    def _fixed(self, value: Decimal) -> Decimal:
        return (
            min_max(value, *self.parameters) if self.normaliser == "M" else trapezoid(value, *self.parameters)
        )


@dataclass(frozen=True)
class DimensionSpec:
    """A dimension of a scorecard: its weight and its weighted KPIs."""

    code: str
    weight: Decimal
    kpis: tuple[KpiWeight, ...]

    def __post_init__(self) -> None:
        _check_weight(self.code, self.weight)
        if not self.kpis:
            raise ScoringError(f"{self.code}: a dimension needs a KPI")
        if len({kpi.code for kpi in self.kpis}) != len(self.kpis):
            raise ScoringError(f"{self.code}: a KPI is listed twice")

    @cached_property
    def kpi_weight(self) -> Decimal:
        """The sum of its KPI weights."""
        return sum((kpi.weight for kpi in self.kpis), ZERO)


def _check_weight(code: str, weight: Decimal) -> None:
    if not weight.is_finite() or weight <= 0:
        raise ScoringError(f"{code}: a weight is a positive number")


@dataclass(frozen=True)
class DimensionScore:
    """An unrounded dimension score (None without data), the KPI weight with data, every KPI score."""

    spec: DimensionSpec
    score: Decimal | None
    weight_with_data: Decimal
    kpis: tuple[tuple[KpiWeight, Score], ...]

    @property
    def code(self) -> str:
        """The code of the dimension."""
        return self.spec.code

    @property
    def coverage(self) -> Decimal:
        """The share (0..1) of its KPI weight that has data."""
        return self.weight_with_data / self.spec.kpi_weight


@dataclass(frozen=True)
class GradeScale:
    """Grades with their inclusive lower limits, best first; the last grade has no limit."""

    limits: tuple[tuple[str, Decimal], ...]
    lowest: str

    def __post_init__(self) -> None:
        if any(below[1] >= above[1] for above, below in pairwise(self.limits)):
            raise ScoringError("grades are listed from the best down, by descending limit")
        if len(set(self.grades)) != len(self.grades):
            raise ScoringError("a grade is listed twice")

    @property
    def grades(self) -> tuple[str, ...]:
        """All grades, best first."""
        return (*(grade for grade, _ in self.limits), self.lowest)

    def grade(self, score: Decimal) -> str:
        """The grade of a rounded score."""
        return next((grade for grade, limit in self.limits if score >= limit), self.lowest)

    def capped(self, grade: str, cap: str) -> str:
        """The worse of a grade and the cap a knock-out sets."""
        return max(grade, cap, key=self.grades.index)


DEFAULT_GRADES = GradeScale((("A", Decimal(85)), ("B", Decimal(70)), ("C", Decimal(60))), "D")


@dataclass(frozen=True)
class CompositeScore:
    """A composite score of two decimals with all that explains it.

    ``coverage`` is the share (0..1) of total weight with data. Below 70 % there is no grade (数据不足), below
    80 % no rank. ``contributions`` holds points per ``<dimension>/<kpi>`` that sum to the score exactly.
    """

    score: Decimal | None
    coverage: Decimal
    grade: str | None
    dimensions: tuple[DimensionScore, ...]
    contributions: Mapping[str, Decimal]

    @property
    def has_enough_data(self) -> bool:
        """Whether coverage allows a grade; otherwise the page says 数据不足."""
        return self.grade is not None

    @property
    def is_ranked(self) -> bool:
        """Whether coverage allows a rank."""
        return self.score is not None and self.coverage >= RANKED_FROM

    @property
    def trace(self) -> Trace:
        """One step per dimension and one for the composite."""
        steps = [
            Step(
                "Dimension score",
                {"Dimension": dimension.code, **{kpi.code: _traced(score) for kpi, score in dimension.kpis}},
                dimension.score,
                "scoring.dimension@1",
            )
            for dimension in self.dimensions
        ]
        parts = {dimension.code: dimension.score for dimension in self.dimensions}
        final = Step(
            "Composite score", {**parts, "Coverage": self.coverage}, self.score, "scoring.composite@1"
        )
        return Trace((*steps, final))


def score_dimension(spec: DimensionSpec, scores: Mapping[str, Score]) -> DimensionScore:
    """The weighted mean of the KPI scores that exist: the weight of a missing KPI goes to the others."""
    kpis = tuple((kpi, scores.get(kpi.code, Missing("not_scored"))) for kpi in spec.kpis)
    points, weight = ZERO, ZERO
    for kpi, score in kpis:
        if not isinstance(score, Missing):
            points = _EXACT.add(points, _EXACT.multiply(kpi.weight, _valid(kpi.code, score)))
            weight += kpi.weight
    return DimensionScore(spec, points / weight if weight else None, weight, kpis)


def _traced(score: Score) -> Decimal | str:
    return score.reason if isinstance(score, Missing) else score


def _valid(code: str, score: Decimal) -> Decimal:
    if not score.is_finite() or score < 0:
        raise ScoringError(f"{code}: a score is at least 0, not {score}")
    return score


def composite(
    specs: Sequence[DimensionSpec],
    scores: Mapping[str, Score],
    scale: GradeScale = DEFAULT_GRADES,
) -> CompositeScore:
    """The weighted mean of the dimensions that have data, rounded half up to two decimals, then graded.

    Scores are keyed by KPI code; weights of missing KPIs and dimensions go to the remaining ones.
    """
    if not specs or len({spec.code for spec in specs}) != len(specs):
        raise ScoringError("a scorecard needs dimensions, each once")
    dimensions = tuple(score_dimension(spec, scores) for spec in specs)
    coverage = _coverage(dimensions)
    points, weight = _points([dimension for dimension in dimensions if dimension.score is not None])
    if not points:
        return CompositeScore(None, coverage, None, dimensions, {})
    score = money.round_step("health.score", _EXACT.divide(_sum(points.values()), weight))
    grade = scale.grade(score) if coverage >= GRADED_FROM else None
    shares = money.allocate(score, points) if any(points.values()) else dict.fromkeys(points, ZERO)
    return CompositeScore(score, coverage, grade, dimensions, shares)


# Weighted means are summed over one common denominator and divided once, so an exact half stays a half.


def _coverage(dimensions: Sequence[DimensionScore]) -> Decimal:
    totals = [dimension.spec.kpi_weight for dimension in dimensions]
    parts = (
        _product([dimension.spec.weight, dimension.weight_with_data, *totals[:place], *totals[place + 1 :]])
        for place, dimension in enumerate(dimensions)
    )
    whole = _sum(dimension.spec.weight for dimension in dimensions)
    return _sum(parts) / _product([whole, *totals])


def _points(dimensions: Sequence[DimensionScore]) -> tuple[dict[str, Decimal], Decimal]:
    points: dict[str, Decimal] = {}
    weights = [dimension.weight_with_data for dimension in dimensions]
    for place, dimension in enumerate(dimensions):
        factor = _product([dimension.spec.weight, *weights[:place], *weights[place + 1 :]])
        for kpi, score in dimension.kpis:
            if not isinstance(score, Missing):
                points[f"{dimension.code}/{kpi.code}"] = _product([factor, kpi.weight, score])
    whole = _sum(dimension.spec.weight for dimension in dimensions)
    return points, _product([whole, *weights])


def _product(factors: Iterable[Decimal]) -> Decimal:
    return reduce(_EXACT.multiply, factors, ONE)


def _sum(values: Iterable[Decimal]) -> Decimal:
    return reduce(_EXACT.add, values, ZERO)


def light(
    score: Decimal | None, green_from: Decimal = GREEN_FROM, amber_from: Decimal = AMBER_FROM
) -> Light | None:
    """The light of a score: green from 80, amber from 60, red below; None without a score."""
    if score is None:
        return None
    if score >= green_from:
        return "green"
    return "amber" if score >= amber_from else "red"
