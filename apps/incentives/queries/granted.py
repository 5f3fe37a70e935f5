"""What disputes were decided in a dealer's favour: reasons for not paying a car that no longer hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce

from apps.incentives.models import DisputeItem
from apps.incentives.rules.settling import GRANTED
from apps.sales import queries as sales

ByPolicy = Mapping[str, frozenset[str]]
"""Reasons by the code of the policy they are waived for."""


def waived(dealers: Collection[int], known_at: datetime) -> dict[int, ByPolicy]:
    """By delivery, as known at a moment: what was decided about it or about what it corrects."""
    rows = DisputeItem.objects.filter(
        dealer__in=list(dealers), state__in=[state.value for state in GRANTED], granted_at__lte=known_at
    )
    car, policy = Coalesce("delivery_id", "line__delivery_id"), F("dispute__statement__policy__code")
    found: dict[int, dict[str, frozenset[str]]] = defaultdict(dict)
    owners: dict[int, int] = {}
    for delivery, dealer, held, code in rows.values_list(car, "dealer_id", policy, "code"):
        owners[delivery] = dealer
        found[delivery][held] = found[delivery].get(held, frozenset()) | {code}
    for later in sales.later_revisions(owners):
        if later.dealer_id == owners[later.of]:
            mine = found[later.pk]
            for held, codes in found[later.of].items():
                mine[held] = mine.get(held, frozenset()) | codes
    return dict(found)
