"""Reorder suggestions against the vectors of domain.md §1.3; no database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.missing import Missing
from apps.ordering.rules import reorder
from apps.ordering.rules.reorder import NO_FORECAST, Brake, Form, Position, Priced, Suggestion, Terms

CENT = Decimal("0.01")
VECTOR = Position(on_hand=38, in_transit=6, allocated=4)
COUNTS = st.integers(0, 60)


def suggested(forecast: int, position: Position, **terms: object) -> Suggestion:
    found = reorder.suggest(
        forecast=Decimal(forecast),
        error_std=Decimal(9),
        position=position,
        terms=Terms(**terms),  # type: ignore[arg-type]
    )
    assert isinstance(found, Suggestion)
    return found


@pytest.mark.parametrize(
    ("level", "safety", "target", "units"), [(90, "10.53", "60.53", 21), (95, "13.51", "63.51", 24)]
)
def test_expected_sales_and_safety_stock(level: int, safety: str, target: str, units: int) -> None:
    found = suggested(60, VECTOR, z=reorder.SERVICE_LEVELS[level])
    assert (found.safety_stock.quantize(CENT), found.target.quantize(CENT)) == (
        Decimal(safety),
        Decimal(target),
    )
    assert (found.wanted, found.suggested, found.brakes) == (units, units, ())


def test_months_of_stock() -> None:
    found = suggested(60, VECTOR, form=Form.COEFFICIENT, stock_months=Decimal("1.2"))
    assert (found.safety_stock, found.target, found.suggested) == (0, Decimal("72.0"), 32)


def test_nothing_is_ordered_when_there_is_enough() -> None:
    assert suggested(60, Position(on_hand=40, confirmed_orders=60)).suggested == 0


def test_no_forecast_is_no_suggestion_and_not_a_suggestion_of_0() -> None:
    found = reorder.suggest(
        forecast=NO_FORECAST, error_std=Decimal(0), position=Position(), terms=Terms(), aged_share=None
    )
    assert found == Missing("no_forecast")


@pytest.mark.parametrize(("share", "units"), [("0.25", 21), ("0.2501", 0)])
def test_old_stock_of_a_model_stops_its_orders_above_the_limit(share: str, units: int) -> None:
    found = reorder.suggest(
        forecast=Decimal(60),
        error_std=Decimal(9),
        position=VECTOR,
        terms=Terms(),
        aged_share=Decimal(share),
    )
    assert isinstance(found, Suggestion)
    assert (found.wanted, found.suggested) == (21, units)
    assert found.brakes == (() if units else (Brake.AGED,))


def test_money_goes_to_what_would_last_shortest() -> None:
    lines = [
        Priced("M1", suggested(10, Position(on_hand=2)), Decimal(100_000)),
        Priced("M2", suggested(10, Position(on_hand=8)), Decimal(100_000)),
    ]
    assert [line.suggestion.suggested for line in lines] == [17, 11]
    cut = reorder.within_funds(lines, Decimal(850_000))
    # 6 units lift M1 to the cover of M2, then they take turns
    assert {code: one.suggested for code, one in cut.items()} == {"M1": 7, "M2": 1}
    assert cut["M1"].brakes == (Brake.FUNDS,)
    assert reorder.cost_of(lines, cut) == Decimal(800_000)


@given(st.lists(st.tuples(COUNTS, COUNTS, st.integers(50, 400)), min_size=1, max_size=6), st.integers(0, 90))
def test_suggestions_never_cost_more_than_the_money_left(
    models: list[tuple[int, int, int]], units: int
) -> None:
    lines = [
        Priced(f"M{place}", suggested(forecast, Position(on_hand=stock)), Decimal(1000 * price))
        for place, (forecast, stock, price) in enumerate(models)
    ]
    headroom = Decimal(100_000 * units)
    cut = reorder.within_funds(lines, headroom)
    assert reorder.cost_of(lines, cut) <= headroom
    for line in lines:
        assert 0 <= cut[line.code].suggested <= line.suggestion.suggested
    if all(cut[line.code].suggested == line.suggestion.suggested for line in lines):
        assert all(not one.brakes for one in cut.values())


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_more_stock_never_raises_a_suggestion(forecast: int, stock: int, moving: int, promised: int) -> None:
    less = suggested(forecast, Position(on_hand=stock, in_transit=moving, allocated=promised))
    more = suggested(forecast, Position(on_hand=stock + 1, in_transit=moving, allocated=promised))
    assert less.suggested - 1 <= more.suggested <= less.suggested
