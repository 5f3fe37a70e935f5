"""Report forms without a data base: derived fields, findings, changes, addresses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.reports.rules import checking, comparing, formulas
from apps.reports.rules.declaration import (
    Check,
    Content,
    Context,
    Field,
    Kind,
    Owner,
    PeriodKind,
    ReportForm,
    Section,
    Sign,
)
from apps.reports.rules.layout import layout_of

FORM = ReportForm(
    "test.statement",
    "Statement",
    Owner.DEALER,
    PeriodKind.MONTH,
    frozenset({"dealer_finance"}),
    (
        Section(
            "trade",
            "Trade",
            (
                Field("R10", "Sales", required=True, sign=Sign.POSITIVE),
                Field("C10", "Cost", required=True),
                Field("G10", "Gross", formula="R10 - C10", sign=Sign.EXPLAIN),
                Field("rate", "Gross rate", Kind.PERCENT, formula="G10 / R10"),
            ),
        ),
        Section("sheet", "Balance", (Field("B29", "Assets"), Field("L29", "Debts"), Field("Q19", "Equity"))),
        Section(
            "people",
            "People",
            (
                Field("name", "Name", Kind.TEXT, required=True),
                Field("base", "Base", blank_is_zero=True),
                Field("bonus", "Bonus", sign=Sign.POSITIVE),
                Field("sum", "Sum", formula="base + bonus"),
            ),
            rows=3,
        ),
    ),
    checks=(
        Check(
            "balance",
            "B29",
            "L29 + Q19",
            "Assets %(left)s are not debts and equity %(right)s; the difference is %(difference)s.",
            tolerance=Decimal(1),
        ),
    ),
    swing=Decimal("0.5"),
)


def content(**values: int | str) -> Content:
    plain = {code: Decimal(value) if isinstance(value, int) else value for code, value in values.items()}
    return checking.derived(FORM, Content(plain))


def found(given: Content, context: Context | None = None) -> list[tuple[str, str, str]]:
    return [(f.code, f.level.value, f.field) for f in checking.check(FORM, given, context or Context())]


def test_formulas_are_sums_and_one_ratio() -> None:
    assert formulas.parse("(E10 + E20) / GP").refs == ("E10", "E20", "GP")
    read = {"E10": Decimal(30), "E20": Decimal(10), "GP": Decimal(80)}.get
    assert formulas.parse("(E10 + E20) / GP").value(read) == Decimal("0.5")
    assert formulas.parse("- E10 + GP").value(read) == 50
    assert formulas.parse("E10 + X").value(read) is None
    for wrong in ("", "E10 E20", "E10 * 2", "1 + E10"):
        with pytest.raises(ValueError, match="not a sum"):
            formulas.parse(wrong)


def test_derived_fields_follow_and_typed_ones_are_ignored() -> None:
    done = content(R10=100, C10=120, G10=999)
    assert (done.values["G10"], done.values["rate"]) == (Decimal(-20), Decimal("-0.2000"))
    assert "G10" not in content(R10=100).values


def test_a_wrong_report_names_every_fault() -> None:
    given = content(R10=100, C10=120, B29=52_300_000, L29=40_000_000, Q19=12_250_000)
    assert found(given) == [("negative_note", "explain", "G10"), ("balance", "error", "B29")]
    balance = checking.check(FORM, given, Context())[1]
    assert balance.params == {"left": "52,300,000", "right": "52,250,000", "difference": "50,000"}
    assert found(content(R10=-5)) == [("negative", "error", "R10"), ("required", "error", "C10")]


def test_a_note_explains_and_then_nothing_is_said() -> None:
    given = content(R10=100, C10=120)
    assert found(Content(given.values, {"G10": "Clearance of old stock"})) == []


def test_swings_and_changes_ask_for_a_reason_beyond_their_share() -> None:
    prior = {"R10": Decimal(100)}
    assert found(content(R10=150, C10=1), Context(prior=prior)) == []
    assert found(content(R10=151, C10=1), Context(prior=prior)) == [("swing_note", "explain", "R10")]
    former = content(R10=100, C10=1)
    assert found(content(R10=130, C10=1), Context(former=former)) == []
    assert found(content(R10=131, C10=1), Context(former=former)) == [("change_reason", "explain", "R10")]
    assert found(content(R10=131, C10=1), Context(former=former, reasons={"R10": "late invoice"})) == []


def test_rows_are_checked_one_by_one_and_summed() -> None:
    rows = ({"name": "甲", "bonus": Decimal(5)}, {"bonus": Decimal(-1)})
    given = checking.derived(FORM, Content({"R10": Decimal(1), "C10": Decimal(1)}, {}, {"people": rows}))
    assert checking.number(FORM, given, "people.sum") == 4
    faults = checking.check(FORM, given, Context())
    assert [(f.field, f.row, f.code) for f in faults] == [
        ("people.name", 2, "required"),
        ("people.bonus", 2, "negative"),
    ]


def test_a_comparison_names_exactly_the_changed_cells() -> None:
    before, after = content(R10=100, C10=60), Content({"R10": Decimal(110), "C10": Decimal(60)}, {"R10": "x"})
    seen = [
        (c.field, c.note, comparing.shown(c.before), comparing.shown(c.after))
        for c in comparing.changes(FORM, before, checking.derived(FORM, after))
    ]
    assert seen == [
        ("R10", False, "100", "110"),
        ("R10", True, "—", "x"),
        ("G10", False, "40", "50"),
        ("rate", False, "0.4", "0.4545"),
    ]
    assert comparing.percent(Decimal("0.125")) == "+12.5%"


def test_addresses_are_fixed_by_the_declaration() -> None:
    layout = layout_of(FORM)
    assert layout.place("R10") == (7, 2)
    assert layout.place("B29") == (12, 2)
    assert layout.place("people.bonus", 2) == (18, 3)
    assert layout.place("@period") == (3, 2)


def test_a_declaration_with_unknown_parts_is_refused() -> None:
    section = Section("a", "A", (Field("x", "X", formula="y + z"),))
    with pytest.raises(ValueError, match="unknown"):
        ReportForm("t.x", "T", Owner.DEALER, PeriodKind.MONTH, frozenset(), (section,))
