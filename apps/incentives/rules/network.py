"""What needs the whole network: places among peers beforehand, budgets and pools afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from apps.incentives.rules import engine
from apps.incentives.rules.document import Component, PolicyDocument
from apps.incentives.rules.engine import Standings
from apps.incentives.rules.facts import DealerFacts
from apps.incentives.rules.given import DATE_OF, ZERO, Standing
from apps.incentives.rules.outcomes import ComponentOutcome, DealerOutcome, Line
from apps.incentives.rules.types import TYPES
from apps.incentives.rules.types.base import Ranked
from apps.kernel import money
from apps.kernel.missing import Missing
from apps.kernel.trace import Step, TraceValue

VERSION = "policy@1"
Outcomes = Mapping[int, DealerOutcome]


def is_asked(document: PolicyDocument) -> bool:
    """Whether the dealers of a policy are judged together: it ranks, or shares out a pool or budget."""
    shared = document.budget.amount is not None and document.budget.mode != "warn"
    return shared or any(
        each.cap.pool is not None or TYPES[each.type].ranked(each.params) is not None
        for each in document.components
    )


def run(
    document: PolicyDocument, given: Mapping[int, DealerFacts], *, as_of: date, look_ahead: bool = False
) -> dict[int, DealerOutcome]:
    """The whole policy for the whole network: places, dealers, budgets."""
    places = standings(document, given, as_of=as_of)
    found = {
        dealer: engine.evaluate(document, facts, as_of=as_of, standings=places, look_ahead=look_ahead)
        for dealer, facts in given.items()
    }
    return reduce(document, found, given)


def standings(document: PolicyDocument, given: Mapping[int, DealerFacts], *, as_of: date) -> Standings:
    """Places of the dealers in every clause that ranks; dealers without the measure have none."""
    found: dict[str, Mapping[int, Standing]] = {}
    for component in document.components:
        ranked = TYPES[component.type].ranked(component.params)
        if ranked is not None:
            found[component.code] = _places(document, component, ranked, given.values(), as_of)
    return found


def _places(
    document: PolicyDocument,
    component: Component,
    ranked: Ranked,
    given: Iterable[DealerFacts],
    as_of: date,
) -> dict[int, Standing]:
    fields: dict[str, list[tuple[int, Decimal]]] = {}
    for dealer in given:
        if not document.eligibility.admits(dealer):
            continue
        chosen = engine.chosen_for(document, component, dealer, as_of)
        value = engine.sums_of(document, component, dealer, chosen).measure(ranked.measure)
        if not isinstance(value, Missing):
            field = dealer.classes.get(ranked.group, "") if ranked.group else ""
            fields.setdefault(field, []).append((dealer.dealer, value))
    found: dict[int, Standing] = {}
    for field_values in fields.values():
        better = sorted((value for _dealer, value in field_values), reverse=ranked.higher)
        first = {value: place for place, value in reversed(list(enumerate(better, start=1)))}
        for dealer_id, value in field_values:
            found[dealer_id] = Standing(first[value], len(better), value)
    return found


def reduce(
    document: PolicyDocument, found: Outcomes, given: Mapping[int, DealerFacts]
) -> dict[int, DealerOutcome]:
    """Keep pools of clauses and the budget of the policy: pro rata or first come, first served.

    A budget that only warns changes nothing; a pool without a rule is cut pro rata. What is taken back
    is never cut. Parts sum to the pool or budget to the fen.
    """
    kept = dict(found)
    for component in document.components:
        if component.cap.pool is not None:
            kept = _cut(document, kept, given, component.cap.pool, {component.code}, "Pool of the network")
    budget = document.budget
    if budget.amount is not None and budget.mode != "warn":
        codes = {each.code for each in document.components}
        kept = _cut(document, kept, given, budget.amount, codes, "Budget of the network")
    return kept


def _cut(
    document: PolicyDocument,
    found: dict[int, DealerOutcome],
    given: Mapping[int, DealerFacts],
    limit: Decimal,
    codes: set[str],
    label: str,
) -> dict[int, DealerOutcome]:
    paid = {
        (dealer, part.code): part.amount
        for dealer, outcome in found.items()
        for part in outcome.components
        if part.code in codes and part.amount is not None
    }
    total = sum(paid.values(), ZERO)
    if total <= limit:
        return found
    gains = {key: amount for key, amount in paid.items() if amount > 0}
    left = limit + sum((-amount for amount in paid.values() if amount < 0), ZERO)
    if document.budget.mode == "first_come":
        cut = _first_come(document, found, given, gains, left)
    else:
        cut = _pro_rata(found, gains, left)
    step = {"Amount": total, "Limit": limit}
    return {dealer: _with(outcome, dealer, cut, label, step) for dealer, outcome in found.items()}


Cut = dict[tuple[int, str], tuple[Line, ...]]


def _pro_rata(
    found: Mapping[int, DealerOutcome], gains: Mapping[tuple[int, str], Decimal], left: Decimal
) -> Cut:
    names = {f"{dealer:012d}:{code}": (dealer, code) for dealer, code in gains}
    shares = money.allocate(left, {name: gains[key] for name, key in names.items()})
    return {key: relined(found[key[0]].component(key[1]).lines, shares[name]) for name, key in names.items()}


def relined(lines: tuple[Line, ...], amount: Decimal) -> tuple[Line, ...]:
    """The same lines, cut to an amount in proportion; lines that take back stay whole."""
    gains = {f"{no:09d}": line.amount for no, line in enumerate(lines) if line.amount > 0}
    if not gains:
        return lines
    lost = sum((line.amount for line in lines if line.amount < 0), ZERO)
    parts = money.allocate(amount - lost, gains)
    return tuple(line._replace(amount=parts.get(f"{no:09d}", line.amount)) for no, line in enumerate(lines))


def _first_come(
    document: PolicyDocument,
    found: Mapping[int, DealerOutcome],
    given: Mapping[int, DealerFacts],
    gains: Mapping[tuple[int, str], Decimal],
    left: Decimal,
) -> Cut:
    """Lines by the date that counts, then dealer and key; a dealer's own line comes after all cars."""
    of = DATE_OF[document.date_basis]
    queue = []
    for dealer, code in gains:
        days = {fact.key: of(fact) or fact.occurred_on for fact in given[dealer].facts}
        for no, line in enumerate(found[dealer].component(code).lines):
            if line.amount > 0:
                queue.append((days.get(line.key, date.max), dealer, line.key, code, no))
    paid: dict[tuple[int, str, int], Decimal] = {}
    for _day, dealer, _key, code, no in sorted(queue):
        amount = min(found[dealer].component(code).lines[no].amount, left)
        paid[dealer, code, no] = amount
        left -= amount
    return {
        (dealer, code): tuple(
            line._replace(amount=paid.get((dealer, code, no), line.amount))
            for no, line in enumerate(found[dealer].component(code).lines)
        )
        for dealer, code in gains
    }


def _with(
    outcome: DealerOutcome, dealer: int, cut: Cut, label: str, inputs: Mapping[str, TraceValue]
) -> DealerOutcome:
    return replace(
        outcome, components=tuple(_part(each, dealer, cut, label, inputs) for each in outcome.components)
    )


def _part(
    part: ComponentOutcome, dealer: int, cut: Cut, label: str, inputs: Mapping[str, TraceValue]
) -> ComponentOutcome:
    lines = cut.get((dealer, part.code))
    if lines is None:
        return part
    amount = sum((line.amount for line in lines), Decimal("0.00"))
    if amount == part.amount:
        return part
    step = Step(label, inputs, amount, VERSION)
    trace = replace(part.trace, steps=(*part.trace.steps, step))
    return replace(part, amount=amount, lines=lines, trace=trace)
