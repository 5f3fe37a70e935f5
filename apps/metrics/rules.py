"""Pure rules of the monthly store: what may be summed, when data is due, what a number can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from apps.kernel.formula import Expression, Kind
from apps.kernel.formula.expressions import Constant, Operation, Ratio, Reference
from apps.kernel.period import Month

QUANTUM = Decimal("0.000001")
WHOLE_DIGITS = 17
OUT_OF_RANGE = "out_of_range"
FIRST_DEALER, LAST_DEALER = 0, 2**63 - 1


def stored(value: Decimal) -> Decimal:
    """A number as the store keeps it: six decimals, half up."""
    return value.quantize(QUANTUM, rounding=ROUND_HALF_UP)


def fits(value: Decimal) -> bool:
    """Whether the store can keep a number: at most 17 whole digits."""
    return value.adjusted() < WHOLE_DIGITS


def is_sum(formula: Expression, kinds: Mapping[str, Kind]) -> bool:
    """Whether a network's value is the sum over its dealers: sums and multiples of flows and stocks."""
    match formula:
        case Reference():
            return not formula.is_kpi and kinds.get(formula.code) in (Kind.FLOW, Kind.STOCK)
        case Operation(sign="*"):
            return _is_multiple(formula.left, formula.right, kinds) or _is_multiple(
                formula.right, formula.left, kinds
            )
        case Operation():
            return is_sum(formula.left, kinds) and is_sum(formula.right, kinds)
    return False


def is_ratio(formula: Expression) -> bool:
    """Whether the formula is a quotient at its top, so that a network divides sums."""
    return isinstance(formula, Ratio)


def _is_multiple(factor: Expression, rest: Expression, kinds: Mapping[str, Kind]) -> bool:
    return isinstance(factor, Constant) and is_sum(rest, kinds)


def due_on(month: Month, due_day: int) -> date:
    """The last day on which data of a month is on time: the due day of the following month."""
    return month.next.first.replace(day=due_day)
