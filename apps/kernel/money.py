"""Money in Decimal: one rounding per named place, and splits whose parts sum to the whole."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import lcm
from types import MappingProxyType

FEN = Decimal("0.01")

_STEPS: dict[str, str] = {
    "import.amount": "an amount read from a file or API with more decimals than the field keeps",
    "interest.line": "interest of one vehicle or loan for one period",
    "tax.line": "the tax part of one invoice line",
    "settlement.line": "the final posted line of a settlement",
    "accrual.line": "the posted line of an accrual",
    "ledger.entry": "an amount entering an account",
    "health.score": "a score before it is graded or ranked",
    "kpi.display": "a figure as shown on a page or in a file",
}
ROUNDING_STEPS: Mapping[str, str] = MappingProxyType(_STEPS)


class MoneyError(ValueError):
    """An amount that cannot be rounded or split as asked."""


def register_step(name: str, meaning: str) -> None:
    """Name one more place where a figure is rounded; a second meaning for the same name raises MoneyError."""
    if _STEPS.setdefault(name, meaning) != meaning:
        raise MoneyError(f"rounding step {name!r} already means: {_STEPS[name]}")


def round_step(name: str, value: Decimal, quantum: Decimal = FEN) -> Decimal:
    """Round half up to the quantum at a registered step; an unregistered name raises MoneyError.

    Source: global conventions (ROUND_HALF_UP, once, on the final line).
    """
    if name not in _STEPS:
        raise MoneyError(f"unregistered rounding step: {name!r}")
    if not value.is_finite():
        raise MoneyError(f"not an amount: {value}")
    return value.quantize(quantum, rounding=ROUND_HALF_UP) + 0  # + 0 turns −0.00 into 0.00


def allocate(
    total: Decimal,
    weights: Mapping[str, Decimal] | Sequence[tuple[str, Decimal]],
    quantum: Decimal = FEN,
) -> dict[str, Decimal]:
    """Split a total over codes by weight so that the parts sum to it exactly (largest remainder).

    A tie goes to the larger weight, then to the lower code; a negative total splits like its positive
    twin. ``quantum=Decimal(1)`` splits whole units. Raises MoneyError for a total that is no multiple of
    the quantum and for weights that are negative, repeated or all zero.
    Source: conventions (largest remainder).
    """
    shares = _whole_weights(weights)
    units = _units(total, quantum)
    whole = sum(shares.values())
    parts = {code: divmod(abs(units) * weight, whole) for code, weight in shares.items()}
    left = abs(units) - sum(part for part, _ in parts.values())
    order = sorted(parts, key=lambda code: (-parts[code][1], -shares[code], code))
    lucky = set(order[:left])
    sign = quantum if units >= 0 else -quantum
    return {code: (part + (code in lucky)) * sign + 0 for code, (part, _) in parts.items()}


def _units(total: Decimal, quantum: Decimal) -> int:
    if not total.is_finite() or not quantum.is_finite() or quantum <= 0:
        raise MoneyError(f"cannot split {total} in steps of {quantum}")
    units = Fraction(total) / Fraction(quantum)
    if units.denominator != 1:
        raise MoneyError(f"{total} is not a multiple of {quantum}")
    return units.numerator


def _whole_weights(weights: Mapping[str, Decimal] | Sequence[tuple[str, Decimal]]) -> dict[str, int]:
    pairs = list(weights.items()) if isinstance(weights, Mapping) else list(weights)
    shares = dict(pairs)
    if len(shares) != len(pairs):
        raise MoneyError("a code is listed twice among the weights")
    if any(not weight.is_finite() or weight < 0 for weight in shares.values()):
        raise MoneyError("weights must be finite and not negative")
    ratios = {code: weight.as_integer_ratio() for code, weight in shares.items()}
    scale = lcm(*(bottom for _, bottom in ratios.values()))
    whole = {code: top * (scale // bottom) for code, (top, bottom) in ratios.items()}
    if not any(whole.values()):
        raise MoneyError("nothing to split over: all weights are zero")
    return whole
