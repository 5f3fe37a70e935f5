"""A statement made readable: lines beside their comparisons, charts, break-even, differences to the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.core.kit.charts import Chart, Series, Tone
from apps.finance.models import Statement
from apps.finance.queries import Beside
from apps.finance.rules import checks, ratios
from apps.finance.rules.accounts import Balance
from apps.finance.rules.lines import BY_CODE, LINES, SECTIONS, Amounts, Line
from apps.kernel.missing import Missing
from apps.kernel.period import Month

_TONES: dict[str, Tone] = {"G1": "one", "G20": "two", "G30": "three", "G40": "four", "G50": "five"}

_MAJOR = frozenset(
    {"G1", "G20", "G30", "G40", "REV", "GP", "EXP", "OP", "PBT", "NP", "B19", "B29", "L29", "Q19"}
)


@dataclass(frozen=True)
class Row:
    """One line of the sheet with everything it is compared with; the page shows whole yuan, Excel all."""

    code: str
    label: str
    unit: str
    value: Decimal | None
    before: Decimal | None
    moved: Decimal | None
    year_ago: Decimal | None
    plan: Decimal | None
    year_to_date: Decimal | None
    peers: Decimal | None
    note: str
    total: bool
    major: bool
    swings: bool
    section: str


@dataclass(frozen=True)
class Block:
    """A section of the sheet."""

    code: str
    label: str
    rows: Sequence[Row]


def label_of(code: str) -> str:
    """The name of a line in the reader's language."""
    return _(BY_CODE[code].label)


def sheet(statement: Statement, beside: Beside, medians: Amounts) -> list[Block]:
    """The statement by sections; lines that were left out have no row unless they are totals."""
    blocks = []
    for section in SECTIONS:
        rows = [
            _row(line, statement, beside, medians)
            for line in LINES
            if line.section == section.code and (line.code in beside.now or line.required)
        ]
        if section.code != "ytd" or any(row.value is not None for row in rows):
            blocks.append(Block(section.code, _(section.label), rows))
    return blocks


def _row(line: Line, statement: Statement, beside: Beside, medians: Amounts) -> Row:
    def of(side: Mapping[str, Decimal] | None) -> Decimal | None:
        return None if side is None else side.get(line.code)

    value, before = of(beside.now), of(beside.before)
    swings = False
    if value is not None and before is not None and abs(value - before) >= checks.SWING_FLOOR:
        swings = (checks.swing(value, before) or 0) > checks.SWING
    adds_up = line.nature == "flow" and line.section != "ytd"
    return Row(
        code=line.code,
        label=_(line.label),
        unit="units",
        value=value,
        before=before,
        moved=_move(value, before),
        year_ago=of(beside.year_ago),
        plan=of(beside.plan),
        year_to_date=of(beside.year_to_date) if adds_up else None,
        peers=medians.get(line.code),
        note=statement.notes.get(line.code, ""),
        total=line.is_total,
        major=line.code in _MAJOR,
        swings=swings and not line.is_total,
        section=line.section,
    )


def mix_chart(history: Mapping[Month, Amounts]) -> Chart:
    """Gross profit by department over the months; what a department lost is drawn below zero. F-03."""
    series = [
        Series(label_of(code), [lines.get(code) for lines in history.values()], _TONES[code])
        for code in _TONES
    ]
    return Chart(
        "mix", "stack", _("Gross profit by department"), [str(month) for month in history], series, "money", 0
    )


def bridge_chart(before: Amounts | None, now: Amounts) -> Chart | None:
    """From one profit before tax to the other, step by step; None when there is nothing to start from."""
    steps = None if before is None else ratios.bridge(before, now)
    if before is None or steps is None:
        return None
    ends = ((_("Profit of the month before"), before["PBT"]), (_("Profit of this month"), now["PBT"]))
    rows = [ends[0], *((step_label(step.code), step.amount) for step in steps), ends[1]]
    tones: list[Tone] = ["main", *(_tone(step.amount) for step in steps), "main"]
    return Chart(
        code="bridge",
        shape="bars",
        title=_("Profit bridge"),
        labels=[label for label, _amount in rows],
        series=[Series(_("Profit before tax"), [amount for _label, amount in rows])],
        unit="money",
        places=0,
        tones=tones,
    )


def _tone(amount: Decimal) -> Tone:
    return "grey" if not amount else "green" if amount > 0 else "red"


def step_label(code: str) -> str:
    """The name of a step of the bridge."""
    own = {
        "volume": _("New cars: volume"),
        "margin": _("New cars: margin before rebates"),
        "fixed": _("Fixed expense"),
    }
    return own.get(code) or label_of(code)


@dataclass(frozen=True)
class Even:
    """A line of the break-even table."""

    label: str
    value: Any
    unit: str


def sales_break_even(now: Amounts) -> list[Even]:
    """How many cars carry what after-sales and derived business leave of the fixed expense. F-11."""
    wanted = ("EXP", "E10", "G30", "G40", "G1", "S10")
    if any(code not in now for code in wanted) or not now["S10"]:
        return []
    fixed, carried = now["EXP"] - now["E10"], now["G30"] + now["G40"]
    contribution = (now["G1"] - now["E10"]) / now["S10"]
    found = ratios.break_even_units(fixed=fixed, carried=carried, contribution=contribution)
    missing = isinstance(found, Missing)
    rows = [
        Even(_("Fixed expense"), fixed, "money"),
        Even(_("Carried by after-sales and derived business"), carried, "money"),
        Even(_("Contribution of a car"), contribution, "money"),
        Even(_("Cars to break even"), None if isinstance(found, Missing) else Decimal(found.whole), "units"),
        Even(_("Cars sold"), now["S10"], "units"),
    ]
    return (
        rows
        if not missing
        else [*rows, Even(_("No number of cars breaks even while a car contributes nothing."), "", "text")]
    )


def service_break_even(now: Amounts) -> list[Even]:
    """The after-sales revenue that would carry the whole expense, as absorption of 100 %. F-11."""
    wanted = ("EXP", "R30", "C30")
    if any(code not in now for code in wanted):
        return []
    found = ratios.break_even_revenue(fixed=now["EXP"], revenue=now["R30"], variable=now["C30"])
    return [
        Even(_("Total expense"), now["EXP"], "money"),
        Even(_("After-sales revenue"), now["R30"], "money"),
        Even(
            _("After-sales revenue to carry all expense"),
            None if isinstance(found, Missing) else found,
            "money",
        ),
    ]


@dataclass(frozen=True)
class Gap:
    """A line on which the audit and the months differ."""

    label: str
    code: str
    audited: Decimal | None
    months: Decimal | None
    gap: Decimal | None
    share: Decimal | None
    asks: bool
    note: str


def gaps(found: Sequence[checks.Difference], notes: Mapping[str, str]) -> list[Gap]:
    """Lines with a difference, those that want an explanation first."""
    rows = [
        Gap(
            label_of(row.line),
            row.line,
            row.audited,
            row.months,
            row.gap,
            row.share,
            row.must_be_explained,
            notes.get(row.line, ""),
        )
        for row in found
        if row.gap
    ]
    return sorted(rows, key=lambda row: not row.asks)


def balances_of(statement: Statement) -> Iterator[Balance]:
    """The store's accounts that came with a statement."""
    for account, name, amount in statement.accounts:
        yield Balance(account, name, Decimal(amount))


@dataclass(frozen=True)
class Figure:
    """A figure at the head of the page with its move against the month before."""

    label: str
    value: Decimal | None
    unit: str
    moved: Decimal | None
    bad: bool = False


def figures(beside: Beside) -> list[Figure]:
    """What the reader wants to know first: sales, gross profit, expense, profit, absorption, return."""
    now, before = beside.now, beside.before or {}
    found = [
        Figure(label_of(code), now.get(code), "money", _move(now.get(code), before.get(code)))
        for code in ("REV", "GP", "EXP")
    ]
    profit = now.get("PBT")
    lost = profit is not None and profit < 0
    found.append(Figure(label_of("PBT"), profit, "money", _move(profit, before.get("PBT")), lost))
    found.append(Figure(_("Absorption"), _share(now, "G30", "EXP"), "percent", None))
    found.append(Figure(_("Return on sales"), _share(now, "PBT", "REV"), "percent", None))
    return found


def _move(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """The share by which a figure moved; none over a change of sign, where a share says nothing."""
    return None if now is None or not before or now * before < 0 else (now - before) / abs(before)


def _share(lines: Amounts, part: str, whole: str) -> Decimal | None:
    if part not in lines or not lines.get(whole):
        return None
    return lines[part] / lines[whole]
