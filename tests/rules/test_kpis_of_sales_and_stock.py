"""KPI declarations of sales and stock: exact formulas, every row of domain.md §1.1 and §2.2 present."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from apps.core.roles import Role
from apps.inventory.kpis import KPIS as INVENTORY
from apps.kernel.formula import Missing, Ref
from apps.kernel.period import Month
from apps.sales.kpis import KPIS as SALES

ALL = {kpi.code: kpi for kpi in (*SALES, *INVENTORY)}
LOCALE = Path(__file__).resolve().parents[2] / "locale" / "src"
JUNE = Month(2026, 6)


def value(code: str, **series: list[int | str | None]) -> Decimal | None:
    """The value for months given newest first; a month that is not given is missing."""

    def lookup(ref: Ref) -> Decimal | Missing:
        given = series.get(ref.code.replace(".", "_"), [])
        found = given[-ref.offset_months] if -ref.offset_months < len(given) else None
        return Missing("no_value") if found is None else Decimal(found)

    formula = ALL[code].formula
    assert formula is not None
    return formula.evaluate(lookup, JUNE).value


def test_every_row_of_the_domain_is_an_entry() -> None:
    rows = {kpi.source for kpi in ALL.values()}
    assert {f"P-{number:02d}" for number in range(1, 15)} <= rows
    wanted = {f"I-{number:02d}" for number in range(1, 18)} | {"I-01b"}
    assert wanted - rows == {"I-12"}  # thresholds are alert rules, not a figure


def test_entries_without_a_source_name_what_they_need_in_both_languages() -> None:
    catalogue = {
        key: text
        for name in ("sales", "inventory")
        for key, text in json.loads((LOCALE / f"{name}.json").read_text("utf-8")).items()
    }
    for kpi in ALL.values():
        assert kpi.label_zh != kpi.label_en
        assert bool(kpi.needs) != kpi.has_source
        for need in kpi.needs:
            assert catalogue[need] != need


def test_audience_and_owner_are_roles() -> None:
    roles = {str(role) for role in Role}
    for kpi in ALL.values():
        assert kpi.audience <= roles
        assert kpi.owner in roles


def test_the_coefficient_and_its_kin() -> None:
    stock = {"inventory_stock_units": [1300], "inventory_paid_transit_units": [50]}
    sold = {"sales_retail_units": [1000, 900, 800]}
    assert value("inventory.coefficient", **stock, **sold) == Decimal("1.35")
    assert value("inventory.stock_depth", **stock, **sold) == Decimal("1.35")
    assert value("inventory.coefficient_3m", **stock, **sold) == Decimal("1.5")
    assert value("inventory.days_supply", **stock, **sold) == Decimal("40.5")
    assert value("inventory.coefficient", **stock, sales_retail_units=[0]) is None
    assert value("inventory.coefficient", **stock) is None
    assert value("inventory.coefficient_3m", **stock, sales_retail_units=[1000, 900]) is None


def test_turns() -> None:
    stock, sold = [100] * 12, [50] * 12
    assert value("inventory.turnover_units", inventory_stock_units=stock, sales_retail_units=sold) == 6
    days = value("inventory.turn_days", inventory_stock_units=stock, sales_retail_units=sold)
    assert days == Decimal(100 * 365) / 600
    assert (
        value("inventory.turnover_units", inventory_stock_units=stock[:11], sales_retail_units=sold) is None
    )


def test_age_and_capital() -> None:
    given = {
        "inventory_stock_units": [40],
        "inventory_aged_units": [6],
        "inventory_age_days": [1800],
        "inventory_stock_amount": ["6000000"],
        "inventory_capital_amount": ["6780000"],
        "inventory_aged_amount": ["1500000"],
    }
    assert value("inventory.aged_share", **given) == Decimal("0.15")
    assert value("inventory.aged_share_amount", **given) == Decimal("0.25")
    assert value("inventory.mean_age", **given) == 45
    assert value("inventory.capital", **given) == 6_780_000
    assert value("inventory.wholesale_to_retail", inventory_receipt_units=[66], sales_retail_units=[60]) == (
        Decimal("1.1")
    )


def test_growth_and_sums() -> None:
    months = [120, 100, 90, 80, 70, 60, 55, 54, 53, 52, 51, 50, 96, 80, 70, 60, 50, 44]
    assert value("sales.retail_units", sales_retail_units=months) == 120
    assert value("sales.growth_mom", sales_retail_units=months) == Decimal("0.2")
    assert value("sales.growth_yoy", sales_retail_units=months) == Decimal("0.25")
    assert value("sales.ytd_units", sales_retail_units=months) == 520
    assert value("sales.growth_ytd", sales_retail_units=months) == Decimal("0.3")
    assert value("sales.growth_yoy", sales_retail_units=months[:12]) is None
    assert value("sales.average_price", sales_retail_units=[4], sales_retail_amount=["500000.50"]) == (
        Decimal("125000.125")
    )


def test_achievement_and_pace() -> None:
    """54 of 120 on the 15th of 30 days: 45 % reached, 5 points behind."""
    given = {"sales_retail_units": [54], "targets_retail_units": [120], "targets_retail_due_units": [60]}
    assert value("sales.target_achievement", **given) == Decimal("0.45")
    assert value("sales.pace_gap", **given) == Decimal("-0.05")


@pytest.mark.parametrize(
    ("code", "number", "light"),
    [
        ("inventory.coefficient", "0.79", "amber"),
        ("inventory.coefficient", "0.8", "green"),
        ("inventory.coefficient", "1.5", "green"),
        ("inventory.coefficient", "1.51", "amber"),
        ("inventory.coefficient", "2.5", "amber"),
        ("inventory.coefficient", "2.51", "red"),
        ("inventory.stock_depth", "2.01", "red"),
        ("inventory.aged_share", "0.149", "green"),
        ("inventory.aged_share", "0.15", "amber"),
        ("inventory.aged_share", "0.25", "red"),
        ("inventory.wholesale_to_retail", "1.11", "amber"),
        ("sales.pace_gap", "-0.05", "green"),
        ("sales.pace_gap", "-0.051", "amber"),
        ("sales.pace_gap", "-0.101", "red"),
    ],
)
def test_limits(code: str, number: str, light: str) -> None:
    assert ALL[code].light(Decimal(number)) == light
