"""KPI declarations: what they must say, and their lights at the limits."""

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.kernel.formula import M
from apps.kernel.kpi import Better, Kpi, KpiError, Threshold, Unit

D = Decimal
COEFFICIENT = Kpi(
    code="inventory.coefficient",
    label_en="Inventory coefficient",
    label_zh="库存系数",
    formula=M("inventory.stock_units") / M("sales.retail_units"),
    unit=Unit.MONTHS,
    better=Better.BAND,
    decimals=2,
    audience=frozenset({"hq", "dealer"}),
    owner="hq",
    threshold=Threshold(low_amber=D("0.8"), high_amber=D("1.5"), high_red=D("2.5")),
    source="I-01",
)


@pytest.mark.parametrize(
    ("value", "light"),
    [
        ("0", "amber"),
        ("0.79", "amber"),
        ("0.8", "green"),
        ("1.5", "green"),
        ("1.5000001", "amber"),
        ("2.5", "amber"),
        ("2.51", "red"),
    ],
)
def test_lights_of_a_band(value: str, light: str) -> None:
    assert COEFFICIENT.light(D(value)) == light


@pytest.mark.parametrize(
    ("value", "light"), [("0.1499", "green"), ("0.15", "amber"), ("0.2499", "amber"), ("0.25", "red")]
)
def test_inclusive_limits(value: str, light: str) -> None:
    aged = replace(
        COEFFICIENT, better=Better.LOWER, threshold=Threshold.at_most(D("0.15"), D("0.25"), inclusive=True)
    )
    assert aged.light(D(value)) == light


@pytest.mark.parametrize(
    ("value", "light"), [("1", "green"), ("0.7", "amber"), ("0.6999", "red"), ("0.9999", "amber")]
)
def test_more_is_better(value: str, light: str) -> None:
    rate = replace(COEFFICIENT, better=Better.HIGHER, threshold=Threshold.at_least(D(1), D("0.7")))
    assert rate.light(D(value)) == light


@pytest.mark.parametrize(
    ("value", "light"), [("1", "amber"), ("1.01", "green"), ("0.7", "red"), ("0.71", "amber")]
)
def test_inclusive_limits_of_what_should_be_high(value: str, light: str) -> None:
    assert Threshold.at_least(D(1), D("0.7"), inclusive=True).light(D(value)) == light


def test_amber_and_red_may_start_together() -> None:
    limit = Threshold.at_most(D(1), D(1))
    assert (limit.light(D(1)), limit.light(D("1.1"))) == ("green", "red")


def test_a_single_limit_is_enough() -> None:
    assert Threshold.at_most(None, D(1)).light(D(2)) == "red"
    assert Threshold.at_most(None, D(1)).light(D(1)) == "green"


def test_no_value_and_no_limit_have_no_light() -> None:
    assert COEFFICIENT.light(None) is None
    assert replace(COEFFICIENT, threshold=None).light(D(9)) is None


def test_a_kpi_without_a_source_names_what_it_needs() -> None:
    planned = replace(COEFFICIENT, formula=None, needs=("inventory.capital",))
    assert not planned.has_source
    assert COEFFICIENT.has_source
    assert COEFFICIENT.version == 1


@pytest.mark.parametrize(
    "change",
    [
        {"code": "Inventory.coefficient"},
        {"code": "coefficient"},
        {"code": "a.b.c"},
        {"label_zh": ""},
        {"label_en": ""},
        {"owner": ""},
        {"decimals": -1},
        {"decimals": 7},
        {"version": 0},
        {"formula": None},
        {"needs": ("inventory.capital",)},
        {"better": Better.LOWER},
        {"better": Better.HIGHER},
        {"better": Better.LOWER, "threshold": Threshold(low_red=D(1))},
        {"better": Better.HIGHER, "threshold": Threshold(high_red=D(1))},
        {"better": Better.HIGHER, "threshold": Threshold(high_amber=D(1))},
    ],
)
def test_contradictory_declarations_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(KpiError):
        replace(COEFFICIENT, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("decimals", [0, 6])
def test_decimals_run_from_none_to_six(decimals: int) -> None:
    assert replace(COEFFICIENT, decimals=decimals).decimals == decimals


def test_limits_must_ascend() -> None:
    with pytest.raises(KpiError):
        Threshold(low_amber=D(2), high_amber=D(1))
    with pytest.raises(KpiError):
        Threshold.at_most(D(2), D(1))
    with pytest.raises(KpiError):
        Threshold()
