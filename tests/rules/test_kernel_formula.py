"""Formulas: golden numbers of domain.md §1.1, windows, missing values, parts of ratios, kinds and order."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from apps.kernel.formula import (
    Expression,
    FormulaError,
    K,
    Kind,
    M,
    Missing,
    Ref,
    check,
    evaluation_order,
    maximum,
    minimum,
    ratio,
    reason_text,
    tiers,
)
from apps.kernel.period import Month
from apps.kernel.tiers import TierTable

D = Decimal
STOCK, SALES = M("inventory.stock_units"), M("sales.retail_units")
COEFFICIENT = STOCK / SALES
LABELS = {"inventory.stock_units": "月末库存台数", "sales.retail_units": "零售台数"}


def lookup(**values: int | str) -> Callable[[Ref], Decimal | Missing]:
    """Values by name, older months after an underscore: ``sales_3`` is sales three months ago."""

    def find(ref: Ref) -> Decimal | Missing:
        name = {"inventory.stock_units": "stock", "sales.retail_units": "sales"}.get(
            ref.code, ref.code.split(".")[1]
        )
        key = f"{name}_{-ref.offset_months}" if ref.offset_months else name
        return D(values[key]) if key in values else Missing("not_reported")

    return find


@pytest.mark.parametrize(
    ("formula", "inputs", "value"),
    [
        (COEFFICIENT, {"stock": 1350, "sales": 1000}, "1.35"),
        (maximum(0, STOCK - D("1.2") * SALES), {"stock": 1350, "sales": 1000}, "150"),
        (maximum(0, STOCK - D("1.2") * SALES), {"stock": 900, "sales": 1000}, "0"),
        (
            (STOCK - D("1.2") * SALES) * M("inventory.unit_cost") * M("inventory.rate"),
            {"stock": 1350, "sales": 1000, "unit_cost": 150_000, "rate": "0.05"},
            "1125000",
        ),
        (
            (STOCK - D("1.2") * SALES) * M("inventory.unit_cost") * M("inventory.rate"),
            {"stock": 1350, "sales": 1000, "unit_cost": 150_000, "rate": "0.07"},
            "1575000",
        ),
        (
            M("inventory.cost") * M("inventory.rate") * maximum(0, M("inventory.days") - 0) / 360,
            {"cost": 135_000, "rate": "0.06", "days": 75},
            "1687.5",
        ),
        (STOCK / SALES.mean(3), {"stock": 90, "sales": 20, "sales_1": 30, "sales_2": 40}, "3"),
        (SALES / SALES.year_ago - 1, {"sales": 130, "sales_12": 100}, "0.3"),
        (SALES - SALES.previous, {"sales": 7, "sales_1": 9}, "-2"),
        (SALES.last(2), {"sales": 7, "sales_1": 9}, "16"),
        (SALES.last(2).year_ago, {"sales_12": 1, "sales_13": 2}, "3"),
        (SALES.last(2).mean(2), {"sales": 1, "sales_1": 2, "sales_2": 4}, "4.5"),
        (SALES.mean(1), {"sales": 5}, "5"),
        (SALES.last(60), dict.fromkeys(["sales", *(f"sales_{age}" for age in range(1, 60))], 2), "120"),
        (minimum(STOCK, SALES, 12), {"stock": 30, "sales": 20}, "12"),
        (100 - STOCK, {"stock": 30}, "70"),
        (-STOCK, {"stock": 30}, "-30"),
        (1 / STOCK, {"stock": 8}, "0.125"),
        (2 + STOCK * 3, {"stock": 8}, "26"),
        (K("sales.growth") * 100, {"growth": "0.25"}, "25"),
    ],
)
def test_values(formula: Expression, inputs: dict[str, int | str], value: str) -> None:
    outcome = formula.evaluate(lookup(**inputs))
    assert outcome.value == D(value)
    assert outcome.reason is None


def test_year_to_date_depends_on_the_month() -> None:
    sold = lookup(**{"sales": 5, **{f"sales_{age}": 10**age for age in range(1, 30)}})
    assert SALES.ytd.evaluate(sold, Month(2026, 1)).value == D(5)
    assert SALES.ytd.evaluate(sold, Month(2026, 3)).value == D(115)
    assert SALES.ytd.year_ago.evaluate(sold, Month(2026, 2)).value == D(10**12 + 10**13)
    assert SALES.year_ago.ytd.evaluate(sold, Month(2026, 2)).value == D(10**12 + 10**13)
    assert SALES.ytd.previous.evaluate(sold, Month(2026, 1)).value == D(sum(10**age for age in range(1, 13)))
    assert SALES.ytd.previous.evaluate(sold, Month(2026, 3)).value == D(110)
    with pytest.raises(FormulaError) as error:
        SALES.ytd.evaluate(sold)
    assert error.value.code == "month_needed"


def test_a_ratio_keeps_both_parts() -> None:
    outcome = ratio(STOCK, SALES.mean(2)).evaluate(lookup(stock=30, sales=10, sales_1=20))
    assert outcome == (D(2), None, D(30), D(15), ())


def test_any_other_formula_is_its_own_numerator() -> None:
    assert (STOCK * 2).evaluate(lookup(stock=3)) == (D(6), None, D(6), None, ())


@pytest.mark.parametrize(
    ("formula", "inputs", "expected"),
    [
        (COEFFICIENT, {"stock": 5, "sales": 0}, (None, "zero_denominator:sales.retail_units", D(5), D(0))),
        (COEFFICIENT, {"sales": 4}, (None, "missing:inventory.stock_units", None, D(4))),
        (COEFFICIENT, {"stock": 4}, (None, "missing:sales.retail_units", D(4), None)),
        (COEFFICIENT, {}, (None, "missing:inventory.stock_units", None, None)),
        (SALES / SALES.year_ago, {"sales": 4}, (None, "missing:sales.retail_units@-12", D(4), None)),
        (SALES.mean(3), {"sales": 4, "sales_2": 4}, (None, "missing:sales.retail_units@-1", None, None)),
        (STOCK * 0 + SALES, {"sales": 4}, (None, "missing:inventory.stock_units", None, None)),
        (minimum(SALES, STOCK), {"sales": 4}, (None, "missing:inventory.stock_units", None, None)),
        (tiers(SALES, [(D(1), D(2))]), {}, (None, "missing:sales.retail_units", None, None)),
        (
            COEFFICIENT + 1,
            {"stock": 5, "sales": 0},
            (None, "zero_denominator:sales.retail_units", None, None),
        ),
        (
            STOCK / (SALES - 4),
            {"stock": 5, "sales": 4},
            (None, "zero_denominator:sales.retail_units - 4", D(5), D(0)),
        ),
        (
            STOCK / (1 / SALES),
            {"stock": 5, "sales": 0},
            (None, "zero_denominator:sales.retail_units", D(5), None),
        ),
    ],
)
def test_no_value_has_a_reason_and_is_never_zero(
    formula: Expression, inputs: dict[str, int | str], expected: tuple[object, ...]
) -> None:
    assert formula.evaluate(lookup(**inputs))[:4] == expected


def test_a_reported_zero_is_a_value() -> None:
    assert COEFFICIENT.evaluate(lookup(stock=0, sales=4)).value == D(0)


def test_explain_lists_every_input_once_in_reading_order() -> None:
    outcome = (STOCK / SALES.mean(3) + STOCK).explain(lookup(stock=6, sales=1, sales_2=3))
    assert outcome.inputs == (
        (Ref("inventory.stock_units"), D(6)),
        (Ref("sales.retail_units", -2), D(3)),
        (Ref("sales.retail_units", -1), Missing("not_reported")),
        (Ref("sales.retail_units"), D(1)),
    )
    assert outcome.reason == "missing:sales.retail_units@-1"


def test_refs_are_the_lineage() -> None:
    assert COEFFICIENT.refs() == {Ref("inventory.stock_units", 0), Ref("sales.retail_units", 0)}
    assert SALES.ytd.refs(Month(2026, 2)) == {Ref("sales.retail_units", 0), Ref("sales.retail_units", -1)}
    assert {ref.offset_months for ref in SALES.ytd.refs()} == set(range(-11, 1))
    assert {ref.offset_months for ref in SALES.ytd.previous.refs()} == set(range(-12, 0))
    mixed = STOCK + K("sales.growth") * SALES + STOCK.previous
    assert mixed.measure_codes == ("inventory.stock_units", "sales.retail_units")
    assert mixed.kpi_codes == ("sales.growth",)


def test_tiers_in_a_formula_are_half_open() -> None:
    rate = tiers(SALES / M("targets.units"), TierTable.of([(D("0.8"), D("0.01")), (D(1), D("0.03"))]))
    for sales, expected in ((79, "0"), (80, "0.01"), (99, "0.01"), (100, "0.03"), (300, "0.03")):
        assert rate.evaluate(lookup(sales=sales, units=100)).value == D(expected)


def test_cross_region_clawback() -> None:
    """150,000 × 4 % × 75 % × 2 units. Source: §6.2."""
    formula = M("sales.base_amount") * D("0.04") * D("0.75") * M("sales.cross_units")
    assert formula.evaluate(lookup(base_amount=150_000, cross_units=2)).value == D(9_000)


@pytest.mark.parametrize("value", [1.5, True, "1", None])
def test_only_exact_numbers_become_constants(value: object) -> None:
    with pytest.raises(TypeError):
        STOCK * value  # type: ignore[operator]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: SALES.last(0), "bad_window"),
        (lambda: SALES.mean(61), "bad_window"),
        (lambda: SALES.last(3).last(3), "window_after_sum"),
        (lambda: SALES.mean(3).ytd, "window_after_sum"),
        (lambda: SALES.ytd.last(2), "window_after_sum"),
        (lambda: SALES.previous.previous.previous.previous.previous, "too_many_windows"),
        (lambda: M("Sales.units"), "bad_code"),
        (lambda: M("sales"), "bad_code"),
        (lambda: M("sales.units.more"), "bad_code"),
        (lambda: M("sales.units "), "bad_code"),
        (lambda: minimum(SALES), "too_few_values"),
        (lambda: tiers(SALES, [(D(2), D(1)), (D(1), D(2))]), "bad_tiers"),
        (lambda: tiers(SALES, []), "bad_tiers"),
        (lambda: SALES + D("NaN"), "bad_number"),
        (lambda: SALES + D("1E+40"), "bad_number"),
        (lambda: SALES + D("1E-40"), "bad_number"),
        (lambda: SALES + 10**30 + 1, "bad_number"),
    ],
)
def test_formulas_that_cannot_be_built(make: Callable[[], Expression], code: str) -> None:
    with pytest.raises(FormulaError) as error:
        make()
    assert error.value.code == code
    assert error.value.position is None


def test_a_formula_has_a_limited_depth() -> None:
    formula: Expression = STOCK
    for _ in range(63):
        formula = formula + 1
    assert formula.evaluate(lookup(stock=1)).value == D(64)
    with pytest.raises(FormulaError) as error:
        formula + 1
    assert error.value.code == "too_deep"


KINDS = {"inventory.stock_units": Kind.STOCK, "sales.retail_units": Kind.FLOW, "sales.growth": Kind.RATE}


@pytest.mark.parametrize(
    "formula",
    [
        SALES.last(3),
        SALES.ytd.year_ago,
        STOCK.mean(12),
        STOCK.previous,
        K("sales.growth").mean(3),
        M("sales.growth").year_ago,
    ],
)
def test_windows_that_mean_something(formula: Expression) -> None:
    check(formula, KINDS)


@pytest.mark.parametrize(
    ("formula", "code", "found"),
    [
        (STOCK.last(3), "not_summable", "inventory.stock_units"),
        (1 + SALES * STOCK.ytd, "not_summable", "inventory.stock_units"),
        (STOCK.ytd.year_ago, "not_summable", "inventory.stock_units"),
        (M("sales.growth").last(2), "not_summable", "sales.growth"),
        (K("sales.growth").last(2), "not_summable", "sales.growth"),
        (M("sales.unknown") / SALES, "unknown_code", "sales.unknown"),
        (minimum(SALES, tiers(K("sales.other"), [(D(1), D(1))])), "unknown_code", "sales.other"),
    ],
)
def test_stocks_and_rates_are_never_summed_over_months(formula: Expression, code: str, found: str) -> None:
    with pytest.raises(FormulaError) as error:
        check(formula, KINDS)
    assert (error.value.code, error.value.params["found"]) == (code, found)


def test_a_kpi_is_never_summed_even_if_a_flow_has_its_code() -> None:
    with pytest.raises(FormulaError):
        check(K("sales.retail_units").last(2), KINDS)


def test_kpis_are_evaluated_after_the_kpis_they_read() -> None:
    formulas = {
        "a.top": K("a.middle") + K("a.bottom"),
        "a.middle": K("a.bottom") * 2,
        "a.bottom": SALES / STOCK,
        "a.trend": K("a.trend").previous + K("a.elsewhere"),
    }
    order = evaluation_order(formulas)
    assert sorted(order) == sorted(formulas)
    assert order.index("a.bottom") < order.index("a.middle") < order.index("a.top")
    with pytest.raises(FormulaError) as error:
        evaluation_order({"a.one": K("a.two") + 1, "a.two": K("a.one").mean(2)})
    assert error.value.code == "cycle"


def test_reasons_in_words() -> None:
    assert reason_text("missing:sales.retail_units@-12", LABELS, "zh") == "缺少：零售台数（12个月前）"
    assert reason_text("missing:sales.retail_units", LABELS, "zh") == "缺少：零售台数"
    assert reason_text("missing:a.b@-1", {}, "en") == "missing: a.b (1 month earlier)"
    assert (
        reason_text("zero_denominator:sales.retail_units.mean(3)", LABELS, "zh")
        == "分母为零：零售台数（近3个月月均）"
    )
    assert reason_text("zero_denominator:a.b", {"a.b": "units"}, "en") == "the denominator is zero: units"
    assert reason_text("nil_return", LABELS, "zh") == "nil_return"
