"""What decided breaches cost beside the rebate itself: a multiple of what a car of the clause is paid.

Source: domain.md §6.3, clawbacks (penalty = rebate + multiplier).
"""

from __future__ import annotations

from decimal import Decimal

from apps.incentives.rules import reasons, spreading
from apps.incentives.rules.document import Component
from apps.incentives.rules.facts import Fact
from apps.incentives.rules.given import PRICE_OF, ZERO, Given
from apps.incentives.rules.outcomes import Line
from apps.incentives.rules.selecting import Chosen
from apps.incentives.rules.types.base import Payment

BREACHES = frozenset({reasons.OUT_OF_AREA, reasons.CUSTOMER_DATA, reasons.FALSE_RETAIL})
"""Reasons that cost a penalty: sold outside the area, wrong customer data, false retail (decided)."""


def lines(
    component: Component, given: Given, chosen: Chosen, payment: Payment, exact: Decimal
) -> tuple[Line, ...]:
    """A line below zero for every car out for a breach: multiplier × mean of the clause × the car's weight.

    The mean is per yuan of price where the clause pays a share of it, otherwise per unit; each line is
    rounded half up to the fen. A clause that pays nothing, or the dealer as a whole, costs nothing.
    """
    pay = getattr(component.params, "pay", "")
    if not component.penalty or exact <= 0 or pay == "lump" or payment.weight == "dealer":
        return ()
    by_price = pay == "rate" or component.type == "invoice_discount"
    basis = component.params.price_basis if by_price else ""
    whole = sum((_weight(basis, fact) for fact in chosen.included), ZERO)
    if whole <= 0:
        return ()
    breached = {out.key for out in chosen.excluded if out.code in BREACHES}
    factor = component.penalty * exact / whole
    found = []
    for fact in sorted(given.dealer.facts, key=_key):
        weight = _weight(basis, fact) if fact.key in breached else ZERO
        amount = -spreading.to_fen(factor * weight)
        if amount:
            found.append(Line(fact.key, fact.units, weight, amount))
    return tuple(found)


def _key(fact: Fact) -> str:
    return fact.key


def _weight(basis: str, fact: Fact) -> Decimal:
    return (PRICE_OF[basis](fact) or ZERO) * fact.units if basis else fact.units
