"""The rules of the dealer's statement: lines, checks, ratios, accounts, peers. Source: domain.md §5."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.finance.rules import accounts, checks, lines, peers, ratios
from apps.finance.rules.accounts import Balance
from apps.finance.rules.checks import Level
from apps.kernel.missing import Missing
from tests.finance.rows import statement

D = Decimal
money = st.integers(-(10**11), 10**11).map(lambda fen: D(fen) / 100)
INPUT_CODES = [line.code for line in lines.INPUTS]


def test_the_lines_of_the_fact_sheet_are_there() -> None:
    wanted = (
        "R10 C10 G10 G11 G1 R20 C20 G20 R30 R31 R32 R33 R34 R35 R36 G30 R40 G40 R50 G50 GP E10 E20 E30 E40 "
        "E50 E60 E70 E80 E90 OP N10 PBT T NP B10 B11 B12 B13 B14 B15 B19 B20 B29 L10 L11 L12 L13 L19 L20 L29 "
        "Q10 Q11 Q19"
    )
    assert set(wanted.split()) <= set(lines.BY_CODE)
    assert len(lines.BY_CODE) == len(lines.LINES)
    assert {line.section for line in lines.LINES} == {section.code for section in lines.SECTIONS}


def test_every_total_comes_after_the_totals_it_needs() -> None:
    order = [line.code for line in lines.TOTALS]
    for line in lines.TOTALS:
        for _sign, code in line.parts:
            assert code in lines.BY_CODE
            assert not lines.BY_CODE[code].is_total or order.index(code) < order.index(line.code)


def test_totals_of_a_month() -> None:
    found = lines.completed(statement())
    assert (found["G10"], found["G11"], found["G1"]) == (D(-300_000), D(550_000), D(250_000))
    assert found["G30"] == D(1_260_000)
    assert found["EXP"] == D(1_500_000)
    assert found["G30"] / found["EXP"] == D("0.84")
    assert (found["GP"], found["OP"], found["PBT"], found["NP"]) == (
        D(1_780_000), D(280_000), D(280_000), D(230_000))  # fmt: skip
    assert found["B29"] == found["L29"] + found["Q19"] == D(52_250_000)


@given(st.dictionaries(st.sampled_from(INPUT_CODES), money))
def test_missing_never_becomes_zero_and_totals_are_their_parts(entered: dict[str, Decimal]) -> None:
    found = lines.completed(entered)
    for line in lines.TOTALS:
        if line.code in found:
            assert found[line.code] == sum(sign * found[code] for sign, code in line.parts)
        else:
            assert any(code not in found for _sign, code in line.parts)
    assert lines.completed(found) == found


@given(st.fixed_dictionaries(dict.fromkeys(INPUT_CODES, money)))
def test_profit_is_what_departments_earn_less_what_is_spent(entered: dict[str, Decimal]) -> None:
    found = lines.completed(entered)
    earned = sum(found[code] for code in lines.DEPARTMENTS)
    spent = sum(found[code] for code in lines.EXPENSES)
    assert found["PBT"] == earned - spent + found["N10"]
    assert found["GP"] == found["REV"] - found["COGS"] + found["G11"]


def test_a_sound_month_has_nothing_wrong() -> None:
    assert checks.check(statement(), notes={}, prior=statement(), year=None) == []


def test_the_balance_sheet_has_to_balance() -> None:
    (found,) = checks.check(statement(B20=16_300_000), notes={})
    assert (found.line, found.code, found.level) == ("B29", "balance", Level.ERROR)
    assert found.params == {"assets": "52,300,000", "sources": "52,250,000", "gap": "50,000"}


@pytest.mark.parametrize(("off", "findings"), [("1", 0), ("1.01", 1), ("-1", 0), ("-1.01", 1)])
def test_one_yuan_of_rounding_is_allowed(off: str, findings: int) -> None:
    assert len(checks.check(statement(B20=str(16_250_000 + D(off))), notes={})) == findings
    assert len(checks.check(statement(K10=str(600_000 + D(off))), notes={})) == findings


def test_an_empty_line_is_an_error_and_so_is_a_negative_count() -> None:
    (found,) = checks.check(statement(C31=None), notes={"C31": "no cost"})
    assert (found.line, found.code, found.level) == ("C31", "empty", Level.ERROR)
    (found,) = checks.check(statement(S31=-4), notes={"S31": "?"})
    assert (found.line, found.code, found.level) == ("S31", "negative", Level.ERROR)


def test_a_loss_on_new_cars_wants_a_word() -> None:
    month = statement(G112=0)
    (found,) = checks.check(month, notes={})
    assert (found.line, found.level) == ("G1", Level.EXPLAIN)
    assert checks.check(month, notes={"G1": "clearance of last year's model"}) == []
    assert len(checks.check(month, notes={"G1": "  "})) == 1


@pytest.mark.parametrize(
    ("before", "now", "asked"),
    [(100_000, 150_000, False), (100_000, 150_001, True), (100_000, 50_000, False), (100_000, 49_999, True),
     (15_000, 24_000, False), (0, 900_000, False)],
)  # fmt: skip
def test_more_than_half_up_or_down_wants_a_word(before: int, now: int, asked: bool) -> None:
    gap = now - before
    found = checks.check(statement(E32=now), notes={}, prior=statement(E32=before))
    assert [one.line for one in found] == (["E32"] if asked else []), gap


@given(money.filter(bool), money)
def test_a_swing_is_never_negative_and_zero_only_without_a_move(before: Decimal, now: Decimal) -> None:
    moved = checks.swing(now, before)
    assert moved is not None
    assert moved >= 0
    assert (moved == 0) == (now == before)


def test_the_year_to_date_is_the_sum_of_the_months() -> None:
    may, june = statement(), statement(Y10=31_360_000, Y20=560_000, Y30=460_000)
    assert checks.check(june, notes={}, year=[may]) == []
    (found,) = checks.check(june | {"Y20": D(560_002)}, notes={}, year=[may])
    assert (found.line, found.params["gap"]) == ("Y20", "2")


def test_the_year_to_date_is_left_alone_when_a_month_is_missing() -> None:
    assert checks.check(statement(Y10=1), notes={}, year=None) == []


@pytest.mark.parametrize(
    ("audited", "months", "ask"),
    [(100, 100, False), (101, 100, False), ("1010000", 1_000_000, False), ("1010001", 1_000_000, True),
     (20_100_001, 20_000_000, True), (20_100_000, 20_000_000, False), (500, 0, True)],
)  # fmt: skip
def test_what_the_audit_changes_by_one_percent_or_100k_wants_a_word(
    audited: str, months: int, ask: bool
) -> None:
    found = checks.Difference("R10", D(audited), D(months))
    assert found.must_be_explained is ask


def test_reconciliation_adds_flows_and_takes_the_last_state() -> None:
    months = [statement(R10=10, B13=5), statement(R10=20, B13=7)]
    found = {row.line: row for row in checks.reconcile(statement(R10=33, B13=7), months)}
    assert (found["R10"].months, found["R10"].gap) == (D(30), D(3))
    assert (found["B13"].months, found["B13"].gap) == (D(7), D(0))
    found = {row.line: row for row in checks.reconcile(statement(), [statement(R10=None), statement()])}
    assert (found["R10"].months, found["R10"].gap, found["R10"].must_be_explained) == (None, None, False)


def test_an_account_goes_where_the_store_or_the_common_chart_sends_it() -> None:
    balances = [
        Balance("6602.01", "工资", D(600_000)),
        Balance("6602.09", "其他", D(18_400)),
        Balance("6001.03", "新车", D(12_000_000)),
        Balance("6601.77", "空", D(0)),
    ]
    common = {"6602.01": "E20", "6001.03": "R10"}
    found = accounts.mapped(balances, {}, common)
    assert [(one.account, one.amount) for one in found.unmapped] == [("6602.09", D(18_400))]
    found = accounts.mapped(balances, {"6602.09": "E80", "6602": "E50"}, common)
    assert found.unmapped == []
    assert found.lines == {"E50": D(600_000), "E80": D(18_400), "R10": D(12_000_000)}


def test_lines_are_compared_with_accounts_once_all_are_mapped() -> None:
    balances = [Balance("6602.09", "其他", D(18_400))]
    month = statement(E80=20_000)
    assert accounts.compare(month, accounts.mapped(balances, {}, {})) == []
    (found,) = accounts.compare(month, accounts.mapped(balances, {"6602.09": "E80"}, {}))
    assert (found.line, found.params) == ("E80", {"said": "20,000", "total": "18,400"})


@given(st.lists(st.tuples(st.sampled_from(["6601.1", "6602.2", "6602.3", "9"]), money)))
def test_no_yuan_is_lost_between_accounts_and_lines(rows: list[tuple[str, Decimal]]) -> None:
    balances = [Balance(account, "", amount) for account, amount in rows]
    found = accounts.mapped(balances, {"6602": "E80"}, {"6601.1": "E10"})
    kept = sum(found.lines.values()) + sum(one.amount for one in found.unmapped)
    assert kept == sum(amount for _account, amount in rows)


def test_break_even_vector() -> None:
    found = ratios.break_even_units(fixed=D(1_200_000), carried=D(880_000), contribution=D(1_700))
    assert isinstance(found, ratios.BreakEven)
    assert round(found.units, 2) == D("188.24")
    assert found.whole == 189


def test_break_even_without_contribution_has_no_answer() -> None:
    found = ratios.break_even_units(fixed=D(1), carried=D(0), contribution=D(0))
    assert isinstance(found, Missing)
    assert isinstance(ratios.break_even_revenue(fixed=D(1), revenue=D(5), variable=D(5)), Missing)
    assert ratios.break_even_units(fixed=D(1), carried=D(2), contribution=D(1)) == ratios.BreakEven(D(0))


def test_break_even_revenue_earns_the_fixed_expense() -> None:
    found = ratios.break_even_revenue(fixed=D(300), revenue=D(1000), variable=D(400))
    assert found == D(500)


def test_cash_conversion_vector() -> None:
    stock = ratios.days_of_stock(turns=D("9.5"))
    assert isinstance(stock, Decimal)
    found = ratios.cash_conversion(stock_days=stock, receivable_days=D(6), payable_days=D(8))
    assert round(found, 2) == D("36.42")


def test_profit_bridge_vector() -> None:
    volume, margin = ratios.volume_and_margin(
        units_before=D(100), units=D(90), margin_before=D(1000), margin=D(1200)
    )
    assert (volume, margin, volume + margin) == (D(-10_000), D(18_000), D(8_000))


@given(st.data())
def test_the_bridge_adds_up_to_the_fen(data: st.DataObject) -> None:
    count = st.integers(0, 500).map(D)
    months = st.fixed_dictionaries({code: count if code == "S10" else money for code in INPUT_CODES})
    before, now = lines.completed(data.draw(months)), lines.completed(data.draw(months))
    steps = ratios.bridge(before, now)
    assert steps is not None
    assert before["PBT"] + sum(step.amount for step in steps) == now["PBT"]


def test_the_bridge_wants_every_line() -> None:
    assert ratios.bridge(lines.completed(statement(S10=None)), lines.completed(statement())) is None


def test_margin_mix() -> None:
    found = ratios.margin_mix(lines.completed(statement()))
    assert found is not None
    assert sum(found.values()) == 1
    assert found["G30"] == D(1_260_000) / D(1_780_000)
    assert ratios.margin_mix({"GP": D(-5), "G1": D(-5)}) is None


def test_peers_of_four_are_hidden_and_twelve_have_quartiles() -> None:
    assert peers.standing({n: D(n) for n in range(4)}, 0) is None
    twelve = {n: D(n) for n in range(1, 13)}
    best = peers.standing(twelve, 12)
    assert best is not None
    assert (best.members, best.rank, best.quartile) == (12, 1, 1)
    assert (best.median, best.low, best.high, best.top) == (D("6.5"), D("3.75"), D("9.25"), D(11))
    third = peers.standing(twelve, 6)
    assert third is not None
    assert (third.rank, third.quartile) == (7, 3)
    cheap = peers.standing(twelve, 12, higher_is_better=False)
    assert cheap is not None
    assert (cheap.rank, cheap.quartile) == (12, 4)


@given(st.dictionaries(st.integers(0, 60), money, min_size=5), st.integers(0, 60))
def test_a_standing_tells_no_value_outside_its_group(values: dict[int, Decimal], own: int) -> None:
    found = peers.standing(values, own)
    assert found is not None
    assert min(values.values()) <= found.low <= found.median <= found.high <= max(values.values())
    assert (found.rank is None) == (own not in values)
    assert found.quartile in (None, 1, 2, 3, 4)
