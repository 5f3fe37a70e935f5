"""Who could give cars of a model to whom."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from apps.inventory.rules.balancing import HIGH, LOW, TARGET, Standing, balance


def at(dealer: int, stock: int, sold: int, region: int = 1, free: int | None = None) -> Standing:
    return Standing(dealer, region, 7, stock, stock if free is None else free, Decimal(sold))


def shown(*standings: Standing) -> list[tuple[int, int, int, bool]]:
    return [
        (each.giver.dealer, each.taker.dealer, each.units, each.within_region) for each in balance(standings)
    ]


def test_surplus_goes_where_cars_lack_to_1_2_months_on_both_sides() -> None:
    found = balance([at(1, 180, 90), at(2, 20, 60)])
    assert [(each.giver.dealer, each.taker.dealer, each.units) for each in found] == [(1, 2, 52)]
    assert (found[0].giver_after, found[0].taker_after) == (Decimal(128) / 90, Decimal("1.2"))
    assert shown(at(1, 180, 90), at(2, 20, 90)) == [(1, 2, 72, True)]  # all it has above 1.2 months


def test_the_own_region_first_and_the_rest_from_farther_away() -> None:
    far, near, taker = at(1, 90, 30, region=2), at(2, 40, 20), at(3, 5, 30)
    assert shown(far, near, taker) == [(2, 3, 16, True), (1, 3, 15, False)][::1]


def test_only_free_cars_go_and_nothing_between_the_thresholds() -> None:
    assert shown(at(1, 180, 90, free=10), at(2, 20, 60)) == [(1, 2, 10, True)]
    assert shown(at(1, 135, 90), at(2, 20, 60)) == []  # 1.5 is not above 1.5
    assert shown(at(1, 180, 90), at(2, 48, 60)) == []  # 0.8 is not below 0.8
    assert shown(at(1, 12, 0), at(2, 20, 60)) == [(1, 2, 12, True)]  # sells none of it


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 40), st.integers(1, 3), st.integers(0, 60)),
        min_size=1,
        max_size=8,
    )
)
def test_nobody_gives_more_than_it_can_or_gets_more_than_it_lacks(rows) -> None:
    standings = [
        at(n, stock, sold, region, min(free, stock)) for n, (stock, sold, region, free) in enumerate(rows)
    ]
    given_away: dict[Standing, int] = {}
    got: dict[Standing, int] = {}
    for each in balance(standings):
        assert each.units > 0
        given_away[each.giver] = given_away.get(each.giver, 0) + each.units
        got[each.taker] = got.get(each.taker, 0) + each.units
    for giver, units in given_away.items():
        assert units <= giver.free
        assert giver.coefficient is None or giver.coefficient > HIGH
        assert giver.stock - units >= TARGET * giver.sold
    for taker, units in got.items():
        assert taker.coefficient is not None and taker.coefficient < LOW
        assert taker.stock + units <= TARGET * taker.sold
