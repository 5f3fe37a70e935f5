"""Ratios of a statement that are more than one division. Source: domain.md §5.2, §5.4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from apps.finance.rules.lines import DEPARTMENTS, Amounts
from apps.kernel.missing import Missing

NO_CONTRIBUTION = Missing("no_contribution")
ZERO = Missing("zero_denominator")
YEAR = Decimal(365)


@dataclass(frozen=True)
class BreakEven:
    """How many cars a month carry the fixed expense: exact, and as whole cars."""

    units: Decimal

    @property
    def whole(self) -> int:
        """Whole cars, always up."""
        return int(self.units.to_integral_value(rounding=ROUND_CEILING))


def break_even_units(*, fixed: Decimal, carried: Decimal, contribution: Decimal) -> BreakEven | Missing:
    """Cars needed so that sales carry what is left of the fixed expense after other departments.

    `carried` is the gross profit of after-sales and derived business, `contribution` the gross profit of a
    car less its variable expense, in yuan. Source: F-11.
    """
    if contribution <= 0:
        return NO_CONTRIBUTION
    return BreakEven(max(Decimal(0), fixed - carried) / contribution)


def break_even_revenue(*, fixed: Decimal, revenue: Decimal, variable: Decimal) -> Decimal | Missing:
    """The revenue at which a department's contribution equals its fixed expense, in yuan. Source: F-11."""
    if revenue <= 0 or revenue <= variable:
        return NO_CONTRIBUTION
    return fixed * revenue / (revenue - variable)


def days_of_stock(*, turns: Decimal) -> Decimal | Missing:
    """DIO from annual turns, in days."""
    return YEAR / turns if turns else ZERO


def cash_conversion(*, stock_days: Decimal, receivable_days: Decimal, payable_days: Decimal) -> Decimal:
    """CCC = DIO + DSO − DPO, in days. Source: F-10."""
    return stock_days + receivable_days - payable_days


@dataclass(frozen=True)
class Step:
    """One step of a bridge: what moved, and by how many yuan."""

    code: str
    amount: Decimal


def volume_and_margin(
    *, units_before: Decimal, units: Decimal, margin_before: Decimal, margin: Decimal
) -> tuple[Decimal, Decimal]:
    """What more cars and what more profit a car brought; together exactly the move. Source: §5.4."""
    return (units - units_before) * margin_before, (margin - margin_before) * units


def bridge(before: Amounts, now: Amounts) -> list[Step] | None:
    """From one profit before tax to another in steps that add up exactly; None when a line is missing.

    New cars move by volume, by margin before rebates and by rebates; the other departments, each kind of
    expense and the non-operating result by their difference. Without cars in one of the months volume
    cannot be told from margin, and new cars move in one step.
    """
    wanted = ("PBT", "S10", "G10", "G11", "G20", "G30", "G40", "G50", "EXP", "E10", "E90", "N10")
    if any(code not in side for side in (before, now) for code in wanted):
        return None
    moved = {code: now[code] - before[code] for code in wanted}
    steps = list(_new_cars(before, now))
    steps += [Step(code, moved[code]) for code in ("G11", "G20", "G30", "G40", "G50")]
    steps += [
        Step("E10", -moved["E10"]),
        Step("fixed", -(moved["EXP"] - moved["E10"] - moved["E90"])),
        Step("E90", -moved["E90"]),
        Step("N10", moved["N10"]),
    ]
    return [Step(step.code, step.amount + 0) for step in steps]  # + 0 turns −0 into 0


def _new_cars(before: Amounts, now: Amounts) -> Sequence[Step]:
    """Volume and margin of new cars. The margin takes what is left, so that nothing is lost by division."""
    moved = now["G10"] - before["G10"]
    if not before["S10"] or not now["S10"]:
        return (Step("G10", moved),)
    volume, _margin = volume_and_margin(
        units_before=before["S10"],
        units=now["S10"],
        margin_before=before["G10"] / before["S10"],
        margin=now["G10"] / now["S10"],
    )
    rounded = volume.quantize(Decimal("0.01"))
    return (Step("volume", rounded), Step("margin", moved - rounded))


def margin_mix(amounts: Amounts) -> Mapping[str, Decimal] | None:
    """Each department's share of the total gross profit; None without a positive total. Source: F-03."""
    total = amounts.get("GP")
    if total is None or total <= 0:
        return None
    return {code: amounts[code] / total for code in DEPARTMENTS if code in amounts}
