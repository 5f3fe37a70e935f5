"""Targets an actor may see, and what was in force as known at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from apps.core.access import Actor
from apps.targets import policies
from apps.targets.models import Target
from apps.targets.rules import TargetKind


@dataclass(frozen=True)
class TargetUnits:
    """What is to be reached in a window of months, and whether the dealer signed every part of it."""

    units: Decimal
    countersigned: bool


def targets(*, actor: Actor) -> QuerySet[Target]:
    """Targets in force of the actor's dealers."""
    return versions(actor=actor).filter(replaced_at__isnull=True)


def versions(*, actor: Actor) -> QuerySet[Target]:
    """Targets of the actor's dealers in all their versions."""
    return policies.target.visible_to(actor, Target.objects.select_related("dealer", "batch"))


def history(target: Target, *, actor: Actor) -> QuerySet[Target]:
    """All versions of a target, newest first."""
    same = {"dealer_id": target.dealer_id, "period": target.period, "kind": target.kind, "line": target.line}
    return versions(actor=actor).filter(**same).order_by("-version")


def sheet(*, dealer_id: int, period: date, actor: Actor) -> QuerySet[Target]:
    """Everything a dealer shall reach in a month: the whole first, then by model line."""
    return targets(actor=actor).filter(dealer_id=dealer_id, period=period).order_by("kind", "line")


def units(
    *,
    dealer_ids: Collection[int],
    first: date,
    last: date,
    known_at: datetime,
    kind: TargetKind = TargetKind.RETAIL,
) -> Mapping[int, Mapping[str, TargetUnits]]:
    """What dealers were to reach in the months from `first` to `last`, as known at a moment.

    Dealer → model line ("" for everything) → units over these months. A line that lacks one of the months is
    left out: part of a target is none.
    """
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    rows = Target.objects.filter(
        Q(replaced_at__isnull=True) | Q(replaced_at__gt=known_at),
        dealer_id__in=list(dealer_ids),
        period__range=(first.replace(day=1), last),
        kind=kind,
        set_at__lte=known_at,
    )
    found: dict[tuple[int, str], list[tuple[int, bool]]] = defaultdict(list)
    for dealer, line, number, signed_at in rows.values_list("dealer_id", "line", "units", "signed_at"):
        found[dealer, line].append((number, signed_at is not None and signed_at <= known_at))
    told: dict[int, dict[str, TargetUnits]] = defaultdict(dict)
    for (dealer, line), parts in found.items():
        if len(parts) == months:
            signed = all(is_signed for _units, is_signed in parts)
            told[dealer][line] = TargetUnits(Decimal(sum(number for number, _signed in parts)), signed)
    return told
