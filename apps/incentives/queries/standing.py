"""Where the actor's own stores stand under a policy today, and what their next car is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.incentives.models import PolicyVersion
from apps.incentives.queries import candidates
from apps.incentives.rules import engine
from apps.incentives.rules.declared import Words
from apps.incentives.rules.facts import Window
from apps.incentives.rules.outcomes import ComponentOutcome

MOST_STORES = 20


@dataclass(frozen=True)
class Standing:
    """A store under one clause in the term of today."""

    dealer: str
    clause: Words
    window: Window
    found: ComponentOutcome
    target: Decimal | None


def own(*, actor: Actor, version: PolicyVersion, now: datetime) -> tuple[Standing, ...]:
    """The actor's stores under every clause that counts cars, in the term of today."""
    today = timezone.localdate(now)
    window = version.read.window_of(today)
    stores = {row.pk: row for row in dealers.dealers(actor=actor)[:MOST_STORES]}
    if window is None or not stores:
        return ()
    given = candidates.gather(document=version.read, window=window, dealers=list(stores), known_at=now)
    found = []
    for pk, facts in given.items():
        outcome = engine.evaluate(version.read, facts, as_of=today, look_ahead=True)
        if outcome.reason:
            continue
        for part in outcome.components:
            component = version.read.component(part.code)
            target = facts.targets.get(component.target_key)
            units = None if target is None else target.units
            found.append(Standing(str(stores[pk]), component.name, window, part, units))
    return tuple(found)
