"""Stock rules against the vectors of domain.md §1.1; no database."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.inventory import rules
from apps.inventory.rules import BUCKETS, MovementKind, StockReport

COUNTS = st.integers(0, 500)


def test_the_coefficient() -> None:
    assert rules.coefficient(Decimal(1350), Decimal(1000)) == Decimal("1.35")
    assert rules.coefficient(Decimal(5), Decimal(0)) is None


def test_excess_stock_and_its_interest() -> None:
    tied = rules.excess_stock_amount(
        Decimal(1350), Decimal(1000), limit=Decimal("1.2"), unit_cost=Decimal(150_000)
    )
    assert tied == Decimal(22_500_000)
    assert tied * Decimal("0.05") == Decimal(1_125_000)
    assert tied * Decimal("0.07") == Decimal(1_575_000)
    assert rules.excess_stock_amount(
        Decimal(1350), Decimal(1000), limit=Decimal("1.5"), unit_cost=Decimal(150_000)
    ) == Decimal(0)


def test_floorplan_interest() -> None:
    assert rules.floorplan_interest(Decimal(135_000), Decimal("0.06"), 75) == Decimal("1687.50")
    assert rules.floorplan_interest(
        Decimal(135_000), Decimal("0.06"), 75, year_days=rules.DAYS_365
    ) == Decimal("1664.38")
    assert rules.floorplan_interest(Decimal(135_000), Decimal("0.06"), 75, free_days=30) == Decimal("1012.50")
    assert rules.floorplan_interest(Decimal(135_000), Decimal("0.06"), 75, free_days=80) == Decimal(0)


def test_holding_cost() -> None:
    cost = rules.holding_cost(
        interest=Decimal("1687.50"),
        storage=Decimal("250"),
        insurance=Decimal("120.25"),
        cost=Decimal(135_000),
        depreciation_rate=Decimal("0.15"),
        days=73,
    )
    assert cost == Decimal("6107.75")


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-180"),
        (180, "91-180"),
        (181, "181-365"),
        (365, "181-365"),
        (366, ">365"),
        (4000, ">365"),
    ],
)
def test_buckets(days: int, code: str) -> None:
    assert rules.bucket_of(days).code == code


def test_a_negative_age_has_no_bucket() -> None:
    with pytest.raises(ValueError, match="-1"):
        rules.bucket_of(-1)


@given(st.integers(0, 10_000))
def test_every_age_falls_into_one_bucket(days: int) -> None:
    assert sum(bucket.holds(days) for bucket in BUCKETS) == 1
    since = date(2000, 1, 1)
    assert rules.age_days(since, since + timedelta(days=days)) == days


def test_every_kind_of_movement_stands_in_one_line() -> None:
    kinds = [kind for kinds, _sign in rules.LINES.values() for kind in kinds]
    assert sorted(kinds) == sorted(MovementKind)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, st.integers(-50, 50))
def test_the_identity(start, receipts, retail, out, into, adjusted) -> None:
    end = start + receipts - retail - out + into + adjusted
    report = StockReport(start, receipts, retail, out, into, adjusted, end)
    assert report.difference == 0
    wrong = StockReport(start, receipts, retail, out, into, adjusted, end + 3)
    assert wrong.difference == 3
    assert wrong.against(report) == {"end": 3}
    assert report.against(report) == {}


@given(st.decimals(0, 500_000, places=2), st.integers(0, 720), st.integers(0, 90))
def test_interest_grows_with_days_and_never_falls_below_zero(principal, days, free) -> None:
    one = rules.floorplan_interest(principal, Decimal("0.06"), days, free_days=free)
    more = rules.floorplan_interest(principal, Decimal("0.06"), days + 1, free_days=free)
    exact = Fraction(principal) * Fraction(6, 100) * max(0, days - free) / 360
    assert 0 <= one <= more
    assert abs(Fraction(one) - exact) <= Fraction(1, 200)


def test_signs() -> None:
    assert rules.sign_of(MovementKind.RECEIPT, leaving=False) == 1
    assert rules.sign_of(MovementKind.RETAIL, leaving=True) == -1
    assert rules.sign_of(MovementKind.ADJUSTMENT, leaving=True) == -1
    assert rules.sign_of(MovementKind.ADJUSTMENT, leaving=False) == 1
    with pytest.raises(ValueError, match="receipt"):
        rules.sign_of(MovementKind.RECEIPT, leaving=True)
