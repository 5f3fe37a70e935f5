"""An amount falls on its facts: exact shares, caps on them, and lines to the fen that sum to the amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from apps.incentives.rules.document import Caps
from apps.incentives.rules.facts import Fact
from apps.incentives.rules.given import DATE_OF, ONE, PRICE_OF, ZERO, Given
from apps.incentives.rules.outcomes import Line
from apps.incentives.rules.types.base import Payment
from apps.kernel import money

GUARD = Decimal("1E-12")
FEN = Decimal("0.01")
NIL = Decimal("0.00")
SCALE = 10**12


def to_fen(exact: Decimal) -> Decimal:
    """Round half up to the fen; a division's last digits never turn a half into less than a half."""
    return money.round_step("settlement.line", exact.quantize(GUARD))


def weights_of(payment: Payment, facts: Sequence[Fact]) -> Sequence[Decimal]:
    """The weight of every fact by which the amount falls on it."""
    if payment.shares:
        return payment.shares
    if payment.weight == "units":
        return [fact.units for fact in facts]
    price_of = PRICE_OF[payment.weight]
    return [
        (price_of(fact) or ZERO) if fact.units is ONE else (price_of(fact) or ZERO) * fact.units
        for fact in facts
    ]


def capped(payment: Payment, given: Given, cap: Caps) -> Payment:
    """The payment with the caps per car and per month on its exact shares."""
    if payment.amount is None or (cap.per_unit is None and cap.per_month is None):
        return payment
    if given.what_if is not None or payment.weight == "dealer":
        return _capped_whole(payment, given, cap)
    shares = list(_shares(payment, given.facts))
    if cap.per_unit is not None:
        limit = cap.per_unit
        shares = [
            _within(share, limit * abs(fact.units)) for share, fact in zip(shares, given.facts, strict=True)
        ]
    if cap.per_month is not None:
        shares = _month_capped(shares, given, cap.per_month)
    amount = sum(shares, ZERO)
    return payment if amount == payment.amount else replace(payment, amount=amount, shares=tuple(shares))


def _capped_whole(payment: Payment, given: Given, cap: Caps) -> Payment:
    assert payment.amount is not None
    amount = payment.amount
    if cap.per_unit is not None and given.units:
        amount = min(amount, cap.per_unit * given.units)
    return replace(payment, amount=amount)


def _within(share: Decimal, limit: Decimal) -> Decimal:
    return max(min(share, limit), -limit)


def _shares(payment: Payment, facts: Sequence[Fact]) -> list[Decimal]:
    """The exact amount of every fact."""
    assert payment.amount is not None
    weights = weights_of(payment, facts)
    if payment.shares:
        return list(weights)
    factor = payment.factor
    if factor is None:
        whole = sum(weights, ZERO)
        return [weight * payment.amount / whole if whole else ZERO for weight in weights]
    return [weight * factor for weight in weights]


def _month_capped(shares: Sequence[Decimal], given: Given, limit: Decimal) -> list[Decimal]:
    of = DATE_OF[given.date_basis]
    months = [(of(fact) or fact.occurred_on).replace(day=1) for fact in given.facts]
    sums: dict[object, Decimal] = {}
    for month, share in zip(months, shares, strict=True):
        sums[month] = sums.get(month, ZERO) + share
    return [
        share if sums[month] <= limit else share * limit / sums[month]
        for month, share in zip(months, shares, strict=True)
    ]


def lines(payment: Payment, facts: Sequence[Fact], amount: Decimal) -> tuple[Line, ...]:
    """Lines to the fen that sum to the amount, in proportion to the weights (largest remainder).

    Returns (negative weights) lose what the same factor gives; what remains falls on the others. What is paid
    to the dealer as a whole, or without any fact, is one line without a key.
    """
    if not facts or payment.weight == "dealer":
        return (Line("", ZERO, payment.base or ZERO, amount),) if amount else ()
    if payment.weight == "units" and not payment.shares and all(fact.units == 1 for fact in facts):
        return _even(facts, amount)
    weights = weights_of(payment, facts)
    bases = _bases(payment, facts, weights)
    return tuple(
        Line(fact.key, fact.units, base, part)
        for fact, base, part in zip(facts, bases, _parts(payment, facts, weights, amount), strict=True)
    )


def _bases(payment: Payment, facts: Sequence[Fact], weights: Sequence[Decimal]) -> Sequence[Decimal]:
    if not payment.shares:
        return weights
    if payment.weight in PRICE_OF:
        return weights_of(replace(payment, shares=()), facts)
    return [fact.units for fact in facts]


def _even(facts: Sequence[Fact], amount: Decimal) -> tuple[Line, ...]:
    """Cars that are worth the same: the odd fen go to the lowest keys."""
    each, odd = divmod(int(abs(amount).scaleb(2)), len(facts))
    sign = 1 if amount >= 0 else -1
    low = Decimal(sign * each).scaleb(-2) + NIL
    if not odd:
        return tuple([Line(fact.key, ONE, ONE, low) for fact in facts])
    high = Decimal(sign * (each + 1)).scaleb(-2)
    lucky = set(sorted(fact.key for fact in facts)[:odd])
    return tuple([Line(fact.key, ONE, ONE, high if fact.key in lucky else low) for fact in facts])


def _parts(
    payment: Payment, facts: Sequence[Fact], weights: Sequence[Decimal], amount: Decimal
) -> list[Decimal]:
    if payment.shares and sum(payment.shares) == amount:
        rounded = [share.quantize(FEN) for share in payment.shares]
        if all(part == share for part, share in zip(rounded, payment.shares, strict=True)):
            return rounded
    whole = [int(weight * SCALE) for weight in weights]
    gains = [(no, weight) for no, weight in enumerate(whole) if weight > 0]
    losses = [(no, -weight) for no, weight in enumerate(whole) if weight < 0]
    fen = int(amount.scaleb(2))
    lost = _lost(payment, losses, gains, amount)
    parts = [0] * len(whole)
    for no, part in _allocated(fen + lost, gains, facts):
        parts[no] = part
    for no, part in _allocated(lost, losses, facts):
        parts[no] = -part
    found = [Decimal(part).scaleb(-2) for part in parts]
    missing = amount - sum(found, NIL)
    return found if not missing else [found[0] + missing, *found[1:]]


def _lost(
    payment: Payment, losses: Sequence[tuple[int, int]], gains: Sequence[tuple[int, int]], amount: Decimal
) -> int:
    """What returns take back, in fen."""
    if not losses:
        return 0
    lost = Decimal(sum(weight for _no, weight in losses)) / SCALE
    net = Decimal(sum(weight for _no, weight in gains)) / SCALE - lost
    known = payment.factor or ZERO
    factor = amount / net if payment.amount and net else known
    return int(to_fen(lost * max(factor, ZERO)).scaleb(2))


def _allocated(
    total: int, weights: Sequence[tuple[int, int]], facts: Sequence[Fact]
) -> list[tuple[int, int]]:
    """Whole fen by weight; the odd ones by largest remainder, then larger weight, then lower key."""
    whole = sum(weight for _no, weight in weights)
    if not whole:
        return []
    size, sign = abs(total), 1 if total >= 0 else -1
    split = [(no, weight, *divmod(size * weight, whole)) for no, weight in weights]
    left = size - sum(part for _no, _weight, part, _rest in split)
    if not left:
        return [(no, sign * part) for no, _weight, part, _rest in split]
    order = sorted(split, key=lambda each: (-each[3], -each[1], facts[each[0]].key))
    lucky = {each[0] for each in order[:left]}
    return [(no, sign * (part + (no in lucky))) for no, _weight, part, _rest in split]
