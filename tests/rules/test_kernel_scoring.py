"""Scores: golden vectors of domain.md §7.1, missing data, coverage limits, and contributions that add up."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel import scoring
from apps.kernel.missing import Missing
from apps.kernel.scoring import DimensionSpec, GradeScale, KpiWeight, ScoringError, composite, score_dimension
from apps.kernel.trace import Trace, digest

D = Decimal
LATE = Missing("late")
WEIGHTS = {
    "sales": 20,
    "after": 15,
    "profit": 20,
    "inventory": 10,
    "customer": 15,
    "standards": 10,
    "people": 5,
    "compliance": 5,
}
SCORES = {
    "sales": "88", "after": "75", "profit": "60", "inventory": "76.92",
    "customer": "82", "standards": "91", "people": "70", "compliance": "100",
}  # fmt: skip


def card(weights: dict[str, int]) -> list[DimensionSpec]:
    """A scorecard with one KPI per dimension, of the same code."""
    return [DimensionSpec(code, D(weight), (KpiWeight(code, D(1)),)) for code, weight in weights.items()]


def scores(**changes: Decimal | Missing) -> dict[str, Decimal | Missing]:
    return {**{code: D(score) for code, score in SCORES.items()}, **changes}


@pytest.mark.parametrize(
    ("value", "score"),
    [("1.0", "100"), ("1.5", "76.923"), ("0.6", "50"), ("1.85", "50"), ("2.6", "0"), ("0.4", "0"),
     ("0.8", "100"), ("1.2", "100"), ("2.5", "0"), ("0", "0"), ("-1", "0")],
)  # fmt: skip
def test_trapezoid(value: str, score: str) -> None:
    found = scoring.trapezoid(D(value), D("0.4"), D("0.8"), D("1.2"), D("2.5"))
    assert found.quantize(D("0.001"), ROUND_HALF_UP) == D(score)


def test_a_trapezoid_may_have_steep_sides_but_no_crossed_ones() -> None:
    assert scoring.trapezoid(D(1), D(1), D(1), D(2), D(2)) == 100
    assert scoring.trapezoid(D(2), D(1), D(1), D(2), D(2)) == 100
    assert [scoring.trapezoid(D(value), D(0), D(2), D(2), D(4)) for value in range(5)] == [0, 50, 100, 50, 0]
    assert scoring.trapezoid(D("0.99"), D(1), D(1), D(2), D(2)) == 0
    assert scoring.trapezoid(D("2.01"), D(1), D(1), D(2), D(2)) == 0
    with pytest.raises(ScoringError):
        scoring.trapezoid(D(1), D(1), D(3), D(2), D(4))


def test_percentiles_among_peers() -> None:
    peers = [D(value) for value in (55, 60, 60, 72, 88)]
    assert [scoring.percentile_score(value, peers) for value in peers] == [D(10), D(40), D(40), D(70), D(90)]
    named = dict(zip("abcde", peers, strict=True))
    assert scoring.percentile_scores(named) == {"a": D(10), "b": D(40), "c": D(40), "d": D(70), "e": D(90)}
    assert scoring.percentile_score(D(5), [D(5)]) == D(50)
    assert scoring.percentile_score(D(5), []) == Missing("no_peers")


@pytest.mark.parametrize(
    ("actual", "score"), [("93", "93"), ("150", "120"), ("120", "120"), ("-4", "0"), ("0", "0")]
)
def test_achievement_of_a_target(actual: str, score: str) -> None:
    assert scoring.target(D(actual), D(100)) == D(score)


@pytest.mark.parametrize(
    ("actual", "score"), [("100", "100"), ("80", "120"), ("50", "120"), ("150", "50"), ("250", "0")]
)
def test_achievement_of_a_target_of_which_less_is_better(actual: str, score: str) -> None:
    assert scoring.target_minus(D(actual), D(100)) == D(score)


def test_a_target_may_be_a_share() -> None:
    assert scoring.target(D("0.45"), D("0.9")) == D(50)
    assert scoring.target_minus(D("0.15"), D("0.1")) == D(50)


@pytest.mark.parametrize("goal", ["0", "-5"])
def test_without_a_positive_target_there_is_no_score(goal: str) -> None:
    assert scoring.target(D(5), D(goal)) == Missing("no_target")
    assert scoring.target_minus(D(5), D(goal)) == Missing("no_target")


@pytest.mark.parametrize(
    ("growth", "score"),
    [("-0.30", "0"), ("0", "50"), ("0.15", "75"), ("0.30", "100"), ("2", "100"), ("-1", "0")],
)
def test_min_max_between_fixed_anchors(growth: str, score: str) -> None:
    assert scoring.min_max(D(growth), D("-0.3"), D("0.3")) == D(score)
    assert scoring.min_max(D(growth), D("0.3"), D("-0.3")) == 100 - D(score)
    with pytest.raises(ScoringError):
        scoring.min_max(D(1), D(2), D(2))


def test_a_weight_applies_its_normaliser() -> None:
    z = KpiWeight("inventory.coefficient", D(30), "Z", (D("0.4"), D("0.8"), D("1.2"), D("2.5")))
    assert z.normalise(D("1.85")) == D(50)
    assert z.normalise(LATE) == LATE
    m = KpiWeight("sales.growth", D(50), "M", (D("-0.3"), D("0.3")))
    assert m.normalise(D("0.15")) == D(75)
    t = KpiWeight("sales.achievement", D(1), "T")
    assert (t.normalise(D(93), D(100)), t.normalise(D(93)), t.normalise(D(93), LATE)) == (
        D(93),
        Missing("no_target"),
        LATE,
    )
    assert KpiWeight("a.b", D(1), "T_minus").normalise(D(150), D(100)) == D(50)
    assert KpiWeight("a.b", D(1), "P").normalise(D(60), peers=[D(55), D(60)]) == D(75)


@pytest.mark.parametrize(
    ("weight", "normaliser", "parameters"),
    [("0", "T", ()), ("-1", "T", ()), ("NaN", "T", ()), ("1", "Z", ("1", "2", "3")), ("1", "M", ("1", "1")),
     ("1", "T", ("1",)), ("1", "Z", ("4", "3", "2", "1"))],
)  # fmt: skip
def test_weights_that_contradict_themselves(
    weight: str, normaliser: str, parameters: tuple[str, ...]
) -> None:
    with pytest.raises(ScoringError):
        KpiWeight("a.b", D(weight), normaliser, tuple(map(D, parameters)))  # type: ignore[arg-type]


def test_the_composite_example() -> None:
    found = composite(card(WEIGHTS), scores())
    assert (found.score, found.coverage, found.grade, found.is_ranked) == (D("78.44"), D(1), "B", True)
    assert sum(found.contributions.values()) == D("78.44")
    assert found.contributions["sales/sales"] == D("17.60")


def test_the_composite_example_without_profit() -> None:
    found = composite(card(WEIGHTS), scores(profit=LATE))
    assert (found.score, found.coverage, found.grade, found.is_ranked) == (D("83.05"), D("0.8"), "B", True)
    assert "profit/profit" not in found.contributions
    assert sum(found.contributions.values()) == D("83.05")


def test_a_score_the_caller_forgot_counts_as_missing() -> None:
    given_scores = scores()
    del given_scores["profit"]
    assert composite(card(WEIGHTS), given_scores).score == D("83.05")


@pytest.mark.parametrize(
    ("missing", "coverage", "grade", "ranked"),
    [
        (("people",), "0.95", "B", True),
        (("profit",), "0.80", "B", True),
        (("profit", "people"), "0.75", "B", False),
        (("profit", "inventory"), "0.70", "B", False),
        (("profit", "after"), "0.65", None, False),
        (tuple(WEIGHTS), "0", None, False),
    ],
)
def test_grades_from_70_and_ranks_from_80_percent_coverage(
    missing: tuple[str, ...], coverage: str, grade: str | None, ranked: bool
) -> None:
    found = composite(card(WEIGHTS), scores(**dict.fromkeys(missing, LATE)))
    assert (found.coverage, found.grade, found.is_ranked) == (D(coverage), grade, ranked)
    assert found.has_enough_data is (grade is not None)


def test_without_any_data_there_is_no_score() -> None:
    found = composite(card(WEIGHTS), {})
    assert (found.score, found.coverage, found.grade, found.contributions) == (None, D(0), None, {})


def test_the_weight_of_a_missing_kpi_stays_in_its_dimension() -> None:
    sales = DimensionSpec(
        "sales", D(60), (KpiWeight("a", D(50)), KpiWeight("b", D(30)), KpiWeight("c", D(20)))
    )
    stock = DimensionSpec("stock", D(40), (KpiWeight("d", D(1)),))
    found = composite([sales, stock], {"a": D(90), "b": LATE, "c": D(20), "d": D(50)})
    assert found.dimensions[0].score == D(70)
    assert found.dimensions[0].coverage == D("0.7")
    assert found.coverage == D("0.82")
    assert found.score == D("62.00")
    assert found.contributions == {
        "sales/a": D("38.57"),
        "sales/c": D("3.43"),
        "stock/d": D("20.00"),
    }
    alone = score_dimension(sales, {"a": D(90), "c": D(20)})
    assert (alone.score, alone.coverage) == (D(70), D("0.7"))
    assert score_dimension(sales, {}).score is None


def test_coverage_at_the_limit_is_exact() -> None:
    thirds = DimensionSpec("a", D(30), tuple(KpiWeight(f"k{no}", D(1)) for no in range(3)))
    rest = [
        DimensionSpec("b", D(60), (KpiWeight("b", D(1)),)),
        DimensionSpec("c", D(10), (KpiWeight("c", D(1)),)),
    ]
    found = composite([thirds, *rest], {"k0": D(80), "b": D(80), "c": LATE})
    assert (found.coverage, found.grade) == (D("0.7"), "B")


def test_a_score_is_rounded_before_it_is_graded() -> None:
    one = card({"sales": 1})
    assert composite(one, {"sales": D("84.995")}).grade == "A"
    assert composite(one, {"sales": D("84.99499999")}).grade == "B"


def test_an_exact_half_is_rounded_up_although_thirds_are_involved() -> None:
    """(100 + 100.015 + 100)/3 is exactly 100.005, and so is the other dimension, whatever the weights."""
    spec = DimensionSpec("a", D(7), (KpiWeight("x", D(1)), KpiWeight("y", D(1)), KpiWeight("z", D(1))))
    other = DimensionSpec("b", D(11), (KpiWeight("w", D(3)), KpiWeight("v", D(4))))
    found = composite(
        [spec, other], {"x": D(100), "y": D("100.015"), "z": D(100), "w": D("100.005"), "v": LATE}
    )
    assert found.score == D("100.01")


@pytest.mark.parametrize(
    ("score", "grade"),
    [("85", "A"), ("84.99", "B"), ("70", "B"), ("69.99", "C"), ("60", "C"), ("59.99", "D"), ("0", "D")],
)
def test_grades(score: str, grade: str) -> None:
    assert scoring.DEFAULT_GRADES.grade(D(score)) == grade


def test_a_knock_out_caps_the_grade() -> None:
    scale = scoring.DEFAULT_GRADES
    assert (scale.capped("A", "D"), scale.capped("A", "C"), scale.capped("D", "C")) == ("D", "C", "D")
    for limits in (
        (("A", D(70)), ("B", D(85))),
        (("A", D(85)), ("B", D(85))),
        (("A", D(85)), ("B", D(60)), ("C", D(70))),
        (("A", D(85)), ("A", D(70))),
        (("D", D(85)),),
    ):
        with pytest.raises(ScoringError):
            GradeScale(limits, "D")


@pytest.mark.parametrize(
    ("score", "light"), [("80", "green"), ("79.99", "amber"), ("60", "amber"), ("59.99", "red"), ("0", "red")]
)
def test_lights(score: str, light: str) -> None:
    assert scoring.light(D(score)) == light
    assert scoring.light(None) is None


def test_the_trace_holds_every_score_and_reason() -> None:
    found = composite(card({"sales": 60, "stock": 40}), {"sales": D(50), "stock": LATE})
    steps = found.trace.steps
    assert [step.rule for step in steps] == [
        "scoring.dimension@1",
        "scoring.dimension@1",
        "scoring.composite@1",
    ]
    assert steps[1].inputs == {"Dimension": "stock", "stock": "late"}
    assert (steps[1].result, steps[2].result) == (None, D("50.00"))
    assert Trace.from_json(found.trace.to_json()) == found.trace


@pytest.mark.parametrize("score", ["-0.01", "NaN", "Infinity"])
def test_impossible_scores_are_refused(score: str) -> None:
    with pytest.raises(ScoringError):
        composite(card({"sales": 1}), {"sales": D(score)})


def test_scorecards_that_contradict_themselves() -> None:
    with pytest.raises(ScoringError):
        composite([], {})
    with pytest.raises(ScoringError):
        composite([*card({"sales": 1}), *card({"sales": 2})], {})
    with pytest.raises(ScoringError):
        DimensionSpec("a", D(1), ())
    with pytest.raises(ScoringError):
        DimensionSpec("a", D(1), (KpiWeight("x", D(1)), KpiWeight("x", D(2))))


KPI_WEIGHTS = st.lists(st.integers(1, 60), min_size=1, max_size=4)
CARDS = st.lists(st.tuples(st.integers(1, 50), KPI_WEIGHTS), min_size=1, max_size=6).map(
    lambda rows: [
        DimensionSpec(
            f"d{no}", D(weight), tuple(KpiWeight(f"d{no}k{at}", D(part)) for at, part in enumerate(parts))
        )
        for no, (weight, parts) in enumerate(rows)
    ]
)
POINTS = st.decimals(0, 120, places=3) | st.just(LATE)


def draw_scores(data: st.DataObject, specs: list[DimensionSpec]) -> dict[str, Decimal | Missing]:
    return {kpi.code: data.draw(POINTS) for spec in specs for kpi in spec.kpis}


@given(CARDS, st.data())
def test_the_composite_equals_exact_fractions(specs: list[DimensionSpec], data: st.DataObject) -> None:
    drawn = draw_scores(data, specs)
    top, bottom, covered = Fraction(0), Fraction(0), Fraction(0)
    for spec in specs:
        known = [(Fraction(kpi.weight), drawn[kpi.code]) for kpi in spec.kpis]
        present = [(weight, Fraction(score)) for weight, score in known if isinstance(score, Decimal)]
        if present:
            weights = sum(weight for weight, _ in present)
            top += Fraction(spec.weight) * sum(weight * score for weight, score in present) / weights
            bottom += Fraction(spec.weight)
            covered += Fraction(spec.weight) * weights / Fraction(spec.kpi_weight)
    found = composite(specs, drawn)
    if not bottom:
        assert found.score is None
        return
    assert found.score == D(int(top / bottom * 100 + Fraction(1, 2))) / 100
    share = covered / sum(Fraction(spec.weight) for spec in specs)
    assert abs(Fraction(found.coverage) - share) < Fraction(1, 10**20)
    assert (found.grade is not None) == (share >= Fraction(7, 10))
    assert found.is_ranked == (share >= Fraction(8, 10))


@given(CARDS, st.data())
def test_contributions_sum_to_the_score(specs: list[DimensionSpec], data: st.DataObject) -> None:
    found = composite(specs, draw_scores(data, specs))
    assert sum(found.contributions.values(), D(0)) == (found.score or D(0))
    assert all(part >= 0 and part == part.quantize(D("0.01")) for part in found.contributions.values())


@given(CARDS, st.data())
def test_a_better_kpi_never_lowers_the_score(specs: list[DimensionSpec], data: st.DataObject) -> None:
    drawn = draw_scores(data, specs)
    code = data.draw(st.sampled_from(sorted(drawn)))
    before = drawn[code]
    if isinstance(before, Decimal):
        low, high = composite(specs, drawn).score, composite(specs, {**drawn, code: before + 1}).score
        assert low is not None and high is not None and low <= high


@given(CARDS, st.data(), st.randoms())
def test_the_order_of_scores_is_irrelevant(
    specs: list[DimensionSpec], data: st.DataObject, order: object
) -> None:
    drawn = draw_scores(data, specs)
    shuffled = list(drawn.items())
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert digest(composite(specs, dict(shuffled))) == digest(composite(specs, drawn))


@given(st.lists(st.decimals(-100, 100, places=1), min_size=1, max_size=20))
def test_percentiles_follow_the_definition(peers: list[Decimal]) -> None:
    for value in peers:
        below, equal = sum(peer < value for peer in peers), sum(peer == value for peer in peers)
        assert scoring.percentile_score(value, peers) == D(100) * (below + D(equal) / 2) / len(peers)
