"""Matrix 达成×满意度矩阵: the value of the cell that two measures reach. Source: §6.2 (MATRIX)."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal, declare, plain, rows
from apps.incentives.rules.given import Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.kernel.missing import Missing
from apps.kernel.trace import Step

VERSION = "matrix@1"


@dataclass(frozen=True)
class Cell:
    """From both bounds on (inclusive), this value."""

    row: Decimal = decimal("第一指标达到", "First from", low=None)
    column: Decimal = decimal("第二指标达到", "Second from", low=None)
    value: Decimal = decimal("金额或比例", "Amount or rate", unit_by=("pay", paying.VALUE_UNITS))


@dataclass(frozen=True, kw_only=True)
class Params:
    """Two measures and a full table of their steps."""

    rows_by: str = declare(
        "text", "第一指标", "First measure", source="measures", default="policy.achievement"
    )
    columns_by: str = declare("text", "第二指标", "Second measure", source="measures", low=Decimal(1))
    pay: str = paying.pay_choice("rate")
    price_basis: str = paying.price_basis()
    cells: tuple[Cell, ...] = rows("矩阵", "Cells", Cell)

    def check(self) -> list[tuple[str, Words]]:
        """Every pair of steps exactly once, no share above 1."""
        found: list[tuple[str, Words]] = []
        pairs = [(each.row, each.column) for each in self.cells]
        wanted = {(row, column) for row, _ in pairs for _, column in pairs}
        if not pairs or len(pairs) != len(set(pairs)) or set(pairs) != wanted:
            found.append(("cells", Words("矩阵须完整且不重复", "every pair of steps is needed exactly once")))
        if self.pay == "rate":
            words = Words("比例不能大于100%", "a share is not more than 100 %")
            found += [(f"cells[{no}].value", words) for no, each in enumerate(self.cells) if each.value > 1]
        return found


def settle(given: Given, params: Params) -> Payment:
    """The value of the highest cell both measures reach; no value without one of them."""
    row, column = given.measure(params.rows_by), given.measure(params.columns_by)
    if isinstance(row, Missing):
        return no_value(row)
    if isinstance(column, Missing):
        return no_value(column)
    reached = [cell for cell in params.cells if row >= cell.row and column >= cell.column]
    cell = max(reached, key=lambda each: (each.row, each.column), default=None)
    inputs = {"First": row, "Second": column}
    step = Step("Reached cell", inputs, None if cell is None else cell.value, VERSION)
    if cell is None or cell.value == 0:
        return paying.nothing(given, params.pay, params.price_basis, (step,), row)
    return paying.pay_out(
        given, params.pay, params.price_basis, cell.value, rule=VERSION, steps=(step,), achievement=row
    )


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    parts = [
        f"({plain(each.row)}, {plain(each.column)}) → {paying.value_text(each.value, params.pay, lang)}"
        for each in params.cells
    ]
    tail = paying.of_base(params.pay, params.price_basis, lang)
    if zh:
        return f"按{params.rows_by}与{params.columns_by}所达单元格（均含下限）：{'；'.join(parts)}{tail}"
    return f"By the cell that {params.rows_by} and {params.columns_by} reach: {'; '.join(parts)}{tail}"


TYPE = RebateType(
    code="matrix",
    label=Words("双指标矩阵", "Matrix of two measures"),
    help=Words("例如目标完成率×满意度", "for example achievement of the target by satisfaction"),
    params=Params,
    settle=settle,
    text=text,
    measures=lambda params: (params.rows_by, params.columns_by),
    price=lambda params: params.price_basis if params.pay == "rate" else "",
)
