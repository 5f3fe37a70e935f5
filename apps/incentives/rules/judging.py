"""One clause priced: what its type gives, its conditions judged, its caps kept; still unrounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import ge, gt, le, lt

from apps.incentives.rules import spreading
from apps.incentives.rules.document import Component, Gate
from apps.incentives.rules.given import ZERO, Given
from apps.incentives.rules.outcomes import GateResult
from apps.incentives.rules.types import TYPES
from apps.incentives.rules.types.base import Payment
from apps.kernel.missing import Missing
from apps.kernel.trace import Step, TraceValue

VERSION = "policy@1"
_TESTS = {"at_least": ge, "above": gt, "at_most": le, "below": lt}


@dataclass(frozen=True, slots=True)
class Priced:
    """A clause's exact amount after conditions and caps, or the reason for none."""

    payment: Payment
    exact: Decimal | None
    reason: str
    gates: tuple[GateResult, ...]
    steps: tuple[Step, ...]

    @property
    def is_refused(self) -> bool:
        """Whether a condition of the clause is not met, so that it pays nothing whatever else is known."""
        return any(result.passed is False and result.gate.effect == "zero" for result in self.gates)

    def zero(self, label: str) -> Priced:
        """The same clause, paying nothing."""
        step = Step(label, {}, ZERO, VERSION)
        return Priced(self.payment, ZERO, "", self.gates, (*self.steps, step))


def price(component: Component, given: Given) -> Priced:
    """The exact amount of one clause for facts already chosen.

    A failed condition that pays nothing wins over any missing value; one without data leaves none.
    """
    if component.cap.units is not None and given.what_if is not None and given.what_if > component.cap.units:
        given = given.at(component.cap.units)
    payment = TYPES[component.type].settle(given, component.params)
    results = tuple([judge(gate, given) for gate in component.gates])
    steps = (*payment.steps, *(_step(result) for result in results))
    failed = [result.gate for result in results if result.passed is False]
    if any(gate.effect in ("zero", "block_all") for gate in failed):
        return Priced(payment, ZERO, "", results, steps)
    unknown = next((result for result in results if result.passed is None), None)
    if unknown is not None:
        return Priced(payment, None, unknown.reason, results, steps)
    if payment.amount is None:
        return Priced(payment, None, payment.reason, results, steps)
    return _limited(component, given, payment, failed, results, steps)


def _limited(
    component: Component,
    given: Given,
    payment: Payment,
    failed: list[Gate],
    results: tuple[GateResult, ...],
    steps: tuple[Step, ...],
) -> Priced:
    """Caps per car and month, then conditions that multiply or cap, then the cap of the clause."""
    limited = spreading.capped(payment, given, component.cap)
    exact = limited.amount
    assert exact is not None
    if limited is not payment and exact != payment.amount:
        steps = (*steps, Step("Capped per car or month", {"Amount": payment.amount}, exact, VERSION))
    for gate in failed:
        assert gate.value is not None
        before, exact = exact, exact * gate.value if gate.effect == "multiply" else min(exact, gate.value)
        inputs: dict[str, TraceValue] = {"Amount": before, "Value": gate.value}
        label = (
            "Multiplied, a condition is not met"
            if gate.effect == "multiply"
            else "Capped, a condition is not met"
        )
        steps = (*steps, Step(label, inputs, exact, VERSION))
    if component.cap.total is not None and exact > component.cap.total:
        inputs = {"Amount": exact, "Cap": component.cap.total}
        exact = component.cap.total
        steps = (*steps, Step("Capped per dealer and term", inputs, exact, VERSION))
    return Priced(limited, exact, "", results, steps)


def judge(gate: Gate, given: Given) -> GateResult:
    """A condition against the dealer's value."""
    value = given.measure(gate.measure)
    if isinstance(value, Missing):
        passed = {"no_value": None, "fail": False, "pass": True}[gate.when_missing]
        reason = value.reason if gate.measure.startswith("policy.") else f"gate:{gate.measure}"
        return GateResult(gate, None, passed, "" if passed is not None else reason)
    if gate.operator == "between":
        assert gate.upper is not None
        return GateResult(gate, value, gate.threshold <= value < gate.upper)
    return GateResult(gate, value, bool(_TESTS[gate.operator](value, gate.threshold)))


def _step(result: GateResult) -> Step:
    gate = result.gate
    inputs: Mapping[str, TraceValue] = {
        "Measure": gate.measure,
        "Value": result.value,
        "Threshold": gate.threshold,
    }
    verdict = {True: "met", False: "not met", None: "no data"}[result.passed]
    return Step("Condition", inputs, verdict, VERSION)
