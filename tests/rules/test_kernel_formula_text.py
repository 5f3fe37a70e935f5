"""Text of formulas: canonical form, words in two languages, parser errors, and laws of any formula."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.formula import (
    MESSAGES,
    Expression,
    FormulaError,
    K,
    M,
    Missing,
    Ref,
    maximum,
    minimum,
    parse,
    ratio,
    tiers,
)
from apps.kernel.formula.expressions import Reference
from apps.kernel.period import Month
from apps.kernel.tiers import TierTable

D = Decimal
STOCK, SALES = M("inventory.stock_units"), M("sales.retail_units")
ZH = {"inventory.stock_units": "月末库存台数", "sales.retail_units": "零售台数", "sales.growth": "同比增长"}
EN = {"inventory.stock_units": "stock units", "sales.retail_units": "retail units", "sales.growth": "growth"}
RATES = tiers(SALES / STOCK, [(D("0.80"), D("0.01")), (D(1), D("0.03"))])


@pytest.mark.parametrize(
    ("formula", "canonical", "zh", "en"),
    [
        (
            ratio(STOCK, SALES.mean(3)),
            "inventory.stock_units / sales.retail_units.mean(3)",
            "月末库存台数 ÷ 零售台数（近3个月月均）",
            "stock units ÷ retail units (monthly mean of 3 months)",
        ),
        (
            SALES.ytd / SALES.ytd.year_ago - 1,
            "sales.retail_units.ytd / sales.retail_units.ytd.year_ago - 1",
            "零售台数（本年累计） ÷ 零售台数（本年累计，上年同期） − 1",
            "retail units (year to date) ÷ retail units (year to date, same period last year) − 1",
        ),
        (
            STOCK - (SALES.last(2) - SALES.previous),
            "inventory.stock_units - (sales.retail_units.last(2) - sales.retail_units.previous)",
            "月末库存台数 − (零售台数（近2个月合计） − 零售台数（上月）)",
            "stock units − (retail units (sum of 2 months) − retail units (previous month))",
        ),
        (
            maximum(0, STOCK - D("1.20") * SALES),
            "max(0, inventory.stock_units - 1.2 * sales.retail_units)",
            "较大值(0，月末库存台数 − 1.2 × 零售台数)",
            "larger of (0, stock units − 1.2 × retail units)",
        ),
        (
            minimum(K("sales.growth"), 1),
            "min(kpi(sales.growth), 1)",
            "较小值(同比增长，1)",
            "smaller of (growth, 1)",
        ),
        (
            RATES,
            "tiers(sales.retail_units / inventory.stock_units, 0.8: 0.01, 1: 0.03)",
            "分档值（零售台数 ÷ 月末库存台数：不足0.8取0；达到0.8取0.01；达到1取0.03）",
            "tier value (retail units ÷ stock units: below 0.8: 0; from 0.8: 0.01; from 1: 0.03)",
        ),
        (
            (STOCK + SALES) * 2,
            "(inventory.stock_units + sales.retail_units) * 2",
            "(月末库存台数 + 零售台数) × 2",
            None,
        ),
        (STOCK / (SALES / 100), "inventory.stock_units / (sales.retail_units / 100)", None, None),
        (STOCK / SALES / 100, "inventory.stock_units / sales.retail_units / 100", None, None),
        (STOCK - -5, None, "月末库存台数 − -5", None),
    ],
)
def test_one_formula_in_three_writings(
    formula: Expression, canonical: str | None, zh: str | None, en: str | None
) -> None:
    assert canonical is None or str(formula) == canonical
    assert zh is None or formula.text(ZH, "zh") == zh
    assert en is None or formula.text(EN, "en") == en
    assert parse(str(formula)) == formula


def test_labels_may_be_a_function_and_a_code_stands_for_itself() -> None:
    assert (STOCK / SALES).text(
        lambda code: f"<{code}>", "en"
    ) == "<inventory.stock_units> ÷ <sales.retail_units>"
    assert (STOCK / SALES).text({}, "en") == "inventory.stock_units ÷ sales.retail_units"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ratio(a.b, c.d)", "a.b / c.d"),
        ("  a.b\n*\t2 ", "a.b * 2"),
        ("（a.b − ３） ÷ c.d ＋ １．５０", "(a.b - 3) / c.d + 1.5"),
        ("min（a.b，2）", "min(a.b, 2)"),
        ("-a.b", "0 - a.b"),
        ("--2", "0 - -2"),
        ("2 - -3", "2 - -3"),
        ("a.b - c.d - e.f", "a.b - c.d - e.f"),
        ("a.b - (c.d - e.f)", "a.b - (c.d - e.f)"),
        ("((a.b))", "a.b"),
        ("min.units + kpi.units", "min.units + kpi.units"),
        ("kpi(a.b).year_ago", "kpi(a.b).year_ago"),
        ("007.50", "7.5"),
        ("tiers(a.b, -1: -0.5, 2: 1)", "tiers(a.b, -1: -0.5, 2: 1)"),
        ("100", "100"),
    ],
)
def test_texts_are_read(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical
    assert str(parse(canonical)) == canonical


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "unexpected", 0),
        ("   ", "unexpected", 3),
        ("a.b +", "unexpected", 5),
        ("a.b c.d", "unexpected", 4),
        ("a.b ) ", "unexpected", 4),
        ("(a.b", "unexpected", 4),
        ("a", "unexpected", 1),
        ("a.", "unexpected", 2),
        ("a.b.", "unexpected", 4),
        ("a.b.sum", "unexpected", 4),
        ("a.b.last", "unexpected", 8),
        ("a.b.last()", "unexpected", 9),
        ("a.b.last(0)", "bad_window", 10),
        ("a.b.last(1.5)", "bad_window", 9),
        ("a.b.last(999)", "bad_window", 12),
        ("a.b.ytd.last(3)", "window_after_sum", 14),
        ("a.b.ytd.__class__", "bad_character", 8),
        ("__import__('os')", "bad_character", 0),
        ("a.b; c.d", "bad_character", 3),
        ("a.b ** 2", "unexpected", 5),
        ("1e5", "unexpected", 1),
        ("1_000", "bad_character", 1),
        (".5", "unexpected", 0),
        ("5.", "unexpected", 1),
        ("min(a.b)", "too_few_values", 7),
        ("min()", "unexpected", 4),
        ("ratio(a.b)", "unexpected", 9),
        ("foo(a.b, 1)", "unexpected", 3),
        ("tiers(a.b)", "unexpected", 9),
        ("tiers(a.b, 2: 1, 1: 2)", "bad_tiers", 21),
        ("tiers(a.b, c.d: 1)", "unexpected", 11),
        ("kpi(a)", "unexpected", 5),
        ("A.b", "bad_character", 0),
        ("库存 / 2", "bad_character", 0),
        ("12345678901234567890123456789", "bad_number", 0),
        ("9" * 61, "bad_number", 0),
        ("1" * 2001, "too_long", 2000),
        ("(" * 65 + "1" + ")" * 65, "too_deep", 64),
        ("-" * 200 + "1", "too_deep", 64),
        ("+".join(["1"] * 65), "too_deep", 128),
    ],
)
def test_errors_name_the_place(text: str, code: str, position: int) -> None:
    with pytest.raises(FormulaError) as error:
        parse(text)
    assert (error.value.code, error.value.position) == (code, position)
    assert MESSAGES[code] % error.value.params in str(error.value)


def test_the_limits_themselves_are_allowed() -> None:
    assert parse("a.b".ljust(2000)) == M("a.b")
    assert str(parse("1234567890123456789012345678")) == "1234567890123456789012345678"
    assert parse("(" * 63 + "a.b" + ")" * 63) == M("a.b")


CODES = ("a.one", "a.two", "b.three")
CONSTANTS = st.decimals(-1000, 1000, places=3)


def windowed(reference: Reference) -> st.SearchStrategy[Reference]:
    return st.sampled_from(
        [
            reference,
            reference,
            reference.mean(3),
            reference.last(2),
            reference.ytd,
            reference.year_ago,
            reference.previous,
            reference.ytd.year_ago,
            reference.year_ago.last(12).previous,
        ]
    )


REFERENCES = st.sampled_from([make(code) for make in (M, K) for code in CODES]).flatmap(windowed)
TABLES = (
    st.dictionaries(CONSTANTS, CONSTANTS, min_size=1, max_size=3)
    .map(lambda d: sorted(d.items()))
    .map(TierTable.of)
)


def combined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(lambda a, b: a + b, parts, parts),
        st.builds(lambda a, b: a - b, parts, parts),
        st.builds(lambda a, b: a * b, parts, parts),
        st.builds(lambda a, b: a / b, parts, parts),
        st.builds(minimum, parts, parts, parts),
        st.builds(maximum, parts, parts),
        st.builds(tiers, parts, TABLES),
        st.builds(lambda a, c: a * c, parts, CONSTANTS),
        st.builds(lambda a, c: c - a, parts, CONSTANTS),
    )


EXPRESSIONS = st.recursive(REFERENCES, combined, max_leaves=12)
MONTH = st.builds(Month, st.just(2026), st.integers(1, 12))


@given(EXPRESSIONS)
def test_the_text_parses_back_to_the_same_formula(formula: Expression) -> None:
    text = str(formula)
    if len(text) <= 2000:
        assert parse(text) == formula
        assert str(parse(text)) == text


@given(EXPRESSIONS, MONTH, st.data())
def test_missing_never_becomes_a_value(formula: Expression, month: Month, data: st.DataObject) -> None:
    refs = formula.ordered_refs(month)
    absent = data.draw(st.sets(st.sampled_from(refs), min_size=1))

    def find(ref: Ref) -> Decimal | Missing:
        return Missing("late") if ref in absent else D(ref.offset_months + 20)

    outcome = formula.evaluate(find, month)
    assert outcome.value is None
    assert outcome.reason is not None
    kind, _, subject = outcome.reason.partition(":")
    assert kind == "zero_denominator" or subject in {str(ref) for ref in absent}


@given(EXPRESSIONS, MONTH)
def test_a_value_is_missing_only_for_a_named_reason(formula: Expression, month: Month) -> None:
    outcome = formula.evaluate(lambda ref: D(ref.offset_months + 31), month)
    assert (outcome.value is None) == (outcome.reason is not None)
    assert outcome.reason is None or outcome.reason.startswith("zero_denominator:")
    assert formula.explain(lambda ref: D(ref.offset_months + 31), month)[:4] == outcome[:4]


@given(EXPRESSIONS, MONTH)
def test_a_formula_asks_for_nothing_beyond_its_refs(formula: Expression, month: Month) -> None:
    asked = set()

    def find(ref: Ref) -> Decimal:
        asked.add(ref)
        return D(7)

    formula.evaluate(find, month)
    assert asked <= formula.refs(month) <= formula.refs()


def plain(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    leaves = st.sampled_from([M(code) for code in CODES])
    return st.one_of(
        st.builds(lambda a, b: a + b, parts, parts),
        st.builds(lambda a, b: a - b, parts, parts),
        st.builds(lambda a, b: a * b, parts, parts),
        st.builds(lambda a, b: a / b, parts, leaves),
        st.builds(lambda a, c: c - a, parts, st.integers(0, 9)),
    )


PLAIN = st.recursive(st.sampled_from([M(code) for code in CODES]), plain, max_leaves=10)


def read_aloud(words: str, values: Mapping[str, int]) -> Fraction:
    """What a reader with a pocket calculator gets from the words."""
    for code, value in values.items():
        words = words.replace(code, f"Fraction({value})")
    sums = words.replace("×", "*").replace("÷", "/").replace("−", "-")
    return Fraction(eval(sums, {"Fraction": Fraction, "__builtins__": {}}))  # noqa: S307 - an independent reader


@given(
    PLAIN, st.fixed_dictionaries({code: st.integers(0, 40) for code in CODES}), st.sampled_from(["zh", "en"])
)
def test_words_and_value_agree(formula: Expression, values: dict[str, int], lang: str) -> None:
    outcome = formula.evaluate(lambda ref: D(values[ref.code]))
    words = formula.text({}, "zh" if lang == "zh" else "en")
    if outcome.value is None:
        with pytest.raises(ZeroDivisionError):
            read_aloud(words, values)
    else:
        expected = read_aloud(words, values)
        assert abs(Fraction(outcome.value) - expected) <= Fraction(1, 10**15) * (1 + abs(expected))


SIGNS = st.text("ab.1 +-*/(),:kpimnxratosely_", max_size=40) | st.text(max_size=20)


@given(SIGNS)
def test_any_text_is_a_formula_or_a_clear_error(text: str) -> None:
    try:
        formula = parse(text)
    except FormulaError as error:
        place = error.position
    else:
        assert parse(str(formula)) == formula
        return
    assert place is not None
    assert 0 <= place <= len(text)
