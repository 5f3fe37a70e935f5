"""The words a formula is built with, next to the signs: M, K, ratio, minimum, maximum, tiers."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apps.kernel.formula import wording
from apps.kernel.formula.errors import FormulaError
from apps.kernel.formula.expressions import Constant, Expression, Program, Ratio, Reference, expression
from apps.kernel.tiers import TierError, TierTable


@dataclass(frozen=True)
class Choice(Expression):
    """The smallest (min) or largest (max) of several values; one missing makes it missing."""

    function: str
    choices: tuple[Expression, ...]

    def __post_init__(self) -> None:
        if len(self.choices) < 2:
            raise FormulaError("too_few_values")
        self.check_depth()

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.choices

    def written(self, style: wording.Style) -> str:
        return style.call(self.function, [choice.written(style) for choice in self.choices])

    def program(self, month_number: int) -> Program:
        programs = [choice.program(month_number) for choice in self.choices]
        pick = min if self.function == "min" else max
        return lambda lookup: pick([program(lookup) for program in programs])


@dataclass(frozen=True)
class Tiered(Expression):
    """The rate of the tier a value reaches, 0 below the first."""

    measure: Expression
    table: TierTable

    def __post_init__(self) -> None:
        for tier in self.table.tiers:
            Constant(tier.lower)
            Constant(tier.rate)
        self.check_depth()

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.measure,)

    def written(self, style: wording.Style) -> str:
        return style.tiers(self.measure.written(style), self.table)

    def program(self, month_number: int) -> Program:
        measure, rate_of = self.measure.program(month_number), self.table.rate_of
        return lambda lookup: rate_of(measure(lookup))


def M(code: str) -> Reference:  # noqa: N802 - short words of the formula language
    """A measure by its code, such as ``inventory.stock_units``."""
    return Reference(code)


def K(code: str) -> Reference:  # noqa: N802
    """The value of another KPI by its code."""
    return Reference(code, is_kpi=True)


def ratio(numerator: "Expression | Decimal | int", denominator: "Expression | Decimal | int") -> Ratio:
    """Numerator over denominator; the same as ``/``."""
    return Ratio(expression(numerator), expression(denominator))


def minimum(*values: "Expression | Decimal | int") -> Choice:
    """The smallest of two or more values."""
    return Choice("min", tuple(map(expression, values)))


def maximum(*values: "Expression | Decimal | int") -> Choice:
    """The largest of two or more values."""
    return Choice("max", tuple(map(expression, values)))


def tiers(
    measure: "Expression | Decimal | int", table: TierTable | Iterable[tuple[Decimal, Decimal]]
) -> Tiered:
    """The rate of the tier the measure reaches; tiers that do not ascend raise FormulaError."""
    try:
        steps = table if isinstance(table, TierTable) else TierTable.of(table)
    except TierError as error:
        raise FormulaError("bad_tiers") from error
    return Tiered(expression(measure), steps)
