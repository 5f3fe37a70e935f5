"""The health score of three dimensions. Source: first-slice conventions, §7.1."""

from decimal import Decimal as D

import pytest

from apps.health.rules import ranks, read_scorecard
from apps.kernel.scoring import ScoringError

SPEC = {
    "dimensions": [
        {
            "code": "sales",
            "weight": "50",
            "kpis": [{"kpi": "g", "weight": "100", "normaliser": "M", "parameters": ["-0.3", "0.3"]}],
        },
        {
            "code": "inventory",
            "weight": "30",
            "kpis": [
                {
                    "kpi": "c",
                    "weight": "100",
                    "normaliser": "Z",
                    "parameters": ["0.4", "0.8", "1.2", "2.5"],
                }
            ],
        },
        {
            "code": "discipline",
            "weight": "20",
            "kpis": [{"kpi": "f", "weight": "100", "normaliser": "T", "target": "1"}],
        },
    ]
}
CARD = read_scorecard("default", 1, SPEC)


def test_all_three_dimensions():
    result = CARD.score({"g": D(0), "c": D("1.5"), "f": D(1)}, {})
    # 50 × 50 % + 76.923… × 30 % + 100 × 20 %
    assert result.score == D("68.08")
    assert result.coverage == 1
    assert result.grade == "C"


def test_without_last_year_the_score_is_not_graded():
    result = CARD.score({"c": D("1.0"), "f": D(1)}, {})
    assert result.score == D("100.00")
    assert result.coverage == D("0.5")
    assert result.grade is None


def test_without_any_value_there_is_no_score():
    result = CARD.score({}, {})
    assert result.score is None
    assert result.coverage == 0


def test_ranks_share_places_and_need_coverage_of_80_percent():
    full = D(1)
    found = ranks(
        {
            1: (D("90"), full),
            2: (D("85.5"), full),
            3: (D("85.5"), D("0.8")),
            4: (D("99"), D("0.79")),
            5: (None, full),
            6: (D("10"), full),
        }
    )
    assert found == {1: 1, 2: 2, 3: 2, 6: 4}


def test_a_scorecard_that_contradicts_itself_is_refused():
    broken = {
        "dimensions": [{"code": "x", "weight": "1", "kpis": [{"kpi": "a", "weight": "1", "normaliser": "Z"}]}]
    }
    with pytest.raises(ScoringError):
        read_scorecard("default", 1, broken)
