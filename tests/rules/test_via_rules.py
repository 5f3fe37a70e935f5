"""The inventory alert index against published answers (domain.md §1.2); no database."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.forecasting.rules import via
from apps.forecasting.rules.via import Answers
from apps.kernel.missing import Missing

TENTH = Decimal("0.1")
MARCH_2015 = {
    "demand": Decimal("30.1"),
    "inventory": Decimal("68.2"),
    "sales": Decimal("29.1"),
    "staff": Decimal("40.0"),
    "operations": Decimal("30.5"),
}


@pytest.mark.parametrize(
    ("up", "same", "index"), [("45.2", "31.2", "60.80"), ("50.5", "37.6", "69.30"), ("41.9", "31.2", "57.50")]
)
def test_published_answers_of_march_2014(up: str, same: str, index: str) -> None:
    assert via.diffusion(Decimal(up), Decimal(same)) == Decimal(index)


def test_counted_answers() -> None:
    assert via.diffusion_of(Answers(up=3, same=4, down=1)) == Decimal("62.5")
    assert via.diffusion_of(Answers(0, 0, 0)) == Missing("no_answers")


def test_the_composite_of_march_2015_with_equal_weights() -> None:
    assert via.composite(MARCH_2015, via.EQUAL_WEIGHTS) == Decimal("67.70")


def test_weights_need_not_add_up_to_1() -> None:
    double = dict.fromkeys(via.ITEMS, Decimal(2))
    assert via.composite(MARCH_2015, double) == Decimal("67.70")
    assert via.composite(MARCH_2015, {"inventory": Decimal(1)}) == Decimal("68.2")
    with pytest.raises(ValueError):
        via.composite(MARCH_2015, {})


def test_an_item_without_answers_leaves_no_index() -> None:
    assert via.composite({"demand": Decimal(50)}, via.EQUAL_WEIGHTS) == Missing("no_answers")
