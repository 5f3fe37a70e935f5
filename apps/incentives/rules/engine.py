"""The rule engine: a policy document and the facts of a dealer give amounts, lines, reasons and traces.

Pure: no clock, no data base, the same input gives the same output in any order of facts. Amounts are of the
whole window so far; what was settled before is taken off by whoever settles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from apps.incentives.rules import judging, penalties, reasons, spreading
from apps.incentives.rules.document import Component, PolicyDocument, Selection
from apps.incentives.rules.facts import DealerFacts, Fact
from apps.incentives.rules.given import ONE, PRICE_OF, ZERO, Given, Standing
from apps.incentives.rules.judging import Priced
from apps.incentives.rules.outcomes import ComponentOutcome, DealerOutcome, Excluded, Line, NextStep
from apps.incentives.rules.selecting import Chosen, choose
from apps.incentives.rules.types import TYPES
from apps.kernel.trace import Step, Trace, TraceValue

VERSION = "policy@1"
Standings = Mapping[str, Mapping[int, Standing]]
"""By clause code and dealer: the places of the dealers in the clauses that rank."""
NO_STANDINGS: Standings = MappingProxyType({})


def evaluate(
    document: PolicyDocument,
    given: DealerFacts,
    *,
    as_of: date,
    standings: Standings = NO_STANDINGS,
    look_ahead: bool = False,
) -> DealerOutcome:
    """What the policy comes to for one dealer and window, as of a day.

    With `look_ahead` every clause also says what the next car and the next tier would bring. Budgets of the
    network are applied by `network.reduce`.
    """
    if not document.eligibility.admits(given):
        return _not_for(document, given)
    work = [
        _Work(component, *_pick(document, component, given, as_of, standings))
        for component in document.in_order
    ]
    _exclusive(work)
    results = [result for each in work for result in each.priced.gates]
    stops = [result for result in results if result.gate.effect == "block_all"]
    blocked = any(result.passed is False for result in stops)
    unknown = next((result.reason for result in stops if result.passed is None), "")
    for each in work:
        if blocked:
            each.priced = each.priced.zero("The whole policy pays nothing")
        elif unknown and not each.priced.is_refused:
            each.priced = replace(each.priced, exact=None, reason=unknown)
    _ceilings(document, work)
    found = {each.component.code: _outcome(each, look_ahead) for each in work}
    return DealerOutcome(given.dealer, tuple(found[each.code] for each in document.components))


@dataclass
class _Work:
    """A clause at work: `alone` is its price by itself, `priced` what the other clauses leave of it."""

    component: Component
    chosen: Chosen
    given: Given
    alone: Priced
    priced: Priced = field(init=False)

    def __post_init__(self) -> None:
        self.priced = self.alone


def _pick(
    document: PolicyDocument, component: Component, given: DealerFacts, as_of: date, standings: Standings
) -> tuple[Chosen, Given, Priced]:
    chosen = chosen_for(document, component, given, as_of)
    if component.cap.units is not None:
        chosen = _quota(chosen, component.cap.units)
    place = standings.get(component.code, {}).get(given.dealer)
    sums = sums_of(document, component, given, chosen, place)
    return chosen, sums, judging.price(component, sums)


def chosen_for(document: PolicyDocument, component: Component, given: DealerFacts, as_of: date) -> Chosen:
    """The facts a clause counts, excludes and waits for."""
    kind, params = TYPES[component.type], component.params
    return choose(
        component.selection, document.date_basis, given, as_of, kind.price(params), kind.figures(params)
    )


def sums_of(
    document: PolicyDocument,
    component: Component,
    given: DealerFacts,
    chosen: Chosen,
    standing: Standing | None = None,
) -> Given:
    """The facts a clause counts, with what it asks of them."""
    return Given(
        given,
        chosen.included,
        target_key=component.target_key,
        date_basis=document.date_basis,
        retroactive=component.retroactive,
        standing=standing,
        local_units=_local(given, component.selection),
    )


def _local(given: DealerFacts, selection: Selection) -> tuple[Decimal, Decimal]:
    """Units inside and outside the dealer's area among all facts of the kind; unknown ones are in neither."""
    inside = outside = ZERO
    for fact in given.facts:
        if fact.in_area is None or fact.kind != selection.kind:
            continue
        if fact.in_area:
            inside += fact.units
        else:
            outside += fact.units
    return inside, outside


def _quota(chosen: Chosen, limit: Decimal) -> Chosen:
    """Only the first cars up to the quota are paid."""
    place, kept, over = ZERO, [], []
    for fact in chosen.included:
        place += fact.units
        if place > limit:
            over.append(Excluded(fact.key, reasons.OVER_QUOTA))
            place -= fact.units
        else:
            kept.append(fact)
    if not over:
        return chosen
    return Chosen(tuple(kept), tuple(sorted((*chosen.excluded, *over))), chosen.pending)


def _exclusive(work: list[_Work]) -> None:
    """In an exclusive group a car is paid by the first clause that pays it, and by no other policy."""
    taken: dict[str, set[str]] = {}
    for each in work:
        group = each.component.exclusive_group
        if not group:
            continue
        used = taken.setdefault(group, set())
        out = [fact for fact in each.chosen.included if _used(fact, group, used)]
        if out:
            keys = {fact.key for fact in out}
            excluded = [Excluded(key, reasons.PAID_ELSEWHERE) for key in keys]
            kept = tuple(fact for fact in each.chosen.included if fact.key not in keys)
            each.chosen = Chosen(kept, tuple(sorted((*each.chosen.excluded, *excluded))), each.chosen.pending)
            each.given = replace(each.given, facts=kept)
            each.priced = each.alone = judging.price(each.component, each.given)
        if each.priced.exact:
            used |= {fact.key for fact in each.chosen.included}


def _used(fact: Fact, group: str, used: set[str]) -> bool:
    return fact.key in used or (group in fact.paid and reasons.PAID_ELSEWHERE not in fact.waived)


def _ceilings(document: PolicyDocument, work: list[_Work]) -> None:
    """Limits on the sum of all clauses: the clauses of lowest priority lose first."""
    limit = document.stacking.total
    if document.stacking.ceiling is not None:
        share = _price_of_all(document, work) * document.stacking.ceiling
        limit = share if limit is None else min(limit, share)
    if limit is None:
        return
    left = max(limit, ZERO)
    for each in work:
        exact = each.priced.exact
        if exact is None or exact <= 0:
            continue
        if exact > left:
            step = Step("Ceiling of all clauses", {"Amount": exact, "Left": left}, left, VERSION)
            each.priced = replace(each.priced, exact=left, steps=(*each.priced.steps, step))
            exact = left
        left -= exact


def _price_of_all(document: PolicyDocument, work: list[_Work]) -> Decimal:
    """Σ units × price of all cars that any clause counts; a car without a price adds nothing."""
    facts = {fact.key: fact for each in work for fact in each.chosen.included}
    price_of = PRICE_OF[document.stacking.basis]
    return sum((fact.units * (price_of(fact) or ZERO) for fact in facts.values()), ZERO)


def _outcome(work: _Work, look_ahead: bool) -> ComponentOutcome:
    priced, chosen = work.priced, work.chosen
    payment = priced.payment
    steps = priced.steps
    amount: Decimal | None = None
    exact = priced.exact
    lines: tuple[Line, ...] = ()
    if exact is not None:
        amount = spreading.to_fen(exact)
        steps = (*steps, Step("Rounded to the fen", {"Amount": exact}, amount, VERSION))
        lines = spreading.lines(payment, chosen.included, amount)
        fines = penalties.lines(work.component, work.given, chosen, payment, exact)
        if fines:
            fined = sum((line.amount for line in fines), ZERO)
            inputs: dict[str, TraceValue] = {"Multiplier": work.component.penalty, "Amount": amount}
            amount, exact, lines = amount + fined, exact + fined, (*lines, *fines)
            steps = (*steps, Step("Penalty for decided cars", inputs, amount, VERSION))
    return ComponentOutcome(
        code=work.component.code,
        amount=amount,
        reason=priced.reason,
        trace=Trace(steps),
        lines=lines,
        excluded=chosen.excluded,
        pending=chosen.pending,
        gates=priced.gates,
        units=work.given.units,
        achievement=payment.achievement,
        rate=payment.rate,
        base=payment.base,
        exact=exact,
        next_step=_next_step(work) if look_ahead else None,
    )


def _next_step(work: _Work) -> NextStep | None:
    """What the next average car and the next tier would bring under the same conditions."""
    component, given, now = work.component, work.given, work.alone.exact
    units = given.units
    if now is None:
        return None
    after = judging.price(component, given.at(units + ONE)).exact
    if after is None:
        return None
    kind = TYPES[component.type]
    above = [reach for reach in kind.reaches(given, component.params) if reach > units]
    if not above:
        return NextStep(spreading.to_fen(after - now))
    at = min(above)
    then = judging.price(component, given.at(at)).exact
    gain = None if then is None else spreading.to_fen(then - now)
    return NextStep(spreading.to_fen(after - now), at, at - units, gain)


def _not_for(document: PolicyDocument, given: DealerFacts) -> DealerOutcome:
    """The policy is not for this dealer: nothing is paid, and every fact says so."""
    found = []
    for component in document.components:
        facts = [fact.key for fact in given.facts if fact.kind == component.selection.kind]
        excluded = tuple(Excluded(key, reasons.DEALER_NOT_ELIGIBLE) for key in sorted(facts))
        step = Step("Dealer not covered by the policy", {}, ZERO, VERSION)
        found.append(
            ComponentOutcome(
                component.code, spreading.NIL, "not_eligible", Trace((step,)), excluded=excluded, exact=ZERO
            )
        )
    return DealerOutcome(given.dealer, tuple(found), "not_eligible")
