"""What was settled before, and what a policy comes to over all dealers of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

from apps.incentives.models import Statement, StatementLine
from apps.incentives.rules import engine, network
from apps.incentives.rules.comparing import Held
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.facts import DealerFacts
from apps.incentives.rules.outcomes import DealerOutcome
from apps.incentives.rules.settling import FINAL


def latest(policy_id: int, window_first: date) -> dict[int, Statement]:
    """The newest published statement of each dealer for a window of a policy."""
    rows = Statement.objects.filter(
        policy_id=policy_id, window_first=window_first, state__in=[state.value for state in FINAL]
    )
    return {row.dealer_id: row for row in rows.order_by("dealer_id", "number")}


def paid_lines(statements: Iterable[int]) -> dict[int, dict[tuple[str, int | None], Held]]:
    """What these statements settled car by car: dealer → (clause, delivery) → amount and line."""
    rows = StatementLine.objects.filter(statement__in=list(statements)).exclude(amount=0)
    found: dict[int, dict[tuple[str, int | None], Held]] = defaultdict(dict)
    for pk, dealer, component, delivery, amount in rows.values_list(
        "pk", "dealer_id", "component", "delivery_id", "amount"
    ):
        earlier = found[dealer].get((component, delivery))
        total = amount + (earlier.amount if earlier else Decimal(0))
        found[dealer][component, delivery] = Held(total, pk)
    return found


def cars(policies: Collection[int], window_first: date) -> set[int]:
    """The cars that published statements of these policies settled for a window."""
    rows = StatementLine.objects.filter(
        statement__policy__in=policies,
        statement__window_first=window_first,
        statement__state__in=[state.value for state in FINAL],
        delivery__isnull=False,
    )
    return set(rows.exclude(amount=0).values_list("delivery", flat=True))


def evaluated(
    document: PolicyDocument, facts: Mapping[int, DealerFacts], as_of: date, *, look_ahead: bool = False
) -> dict[int, DealerOutcome]:
    """What the policy comes to for every dealer, after what is decided over the network."""
    places = network.standings(document, facts, as_of=as_of)
    found = {
        dealer: engine.evaluate(document, given, as_of=as_of, standings=places, look_ahead=look_ahead)
        for dealer, given in facts.items()
    }
    return network.reduce(document, found, facts)
