"""Reads of the dashboards: everything comes from the monthly store, narrowed to the actor."""

from __future__ import annotations

from collections.abc import Sequence

from apps.core.access import Actor
from apps.core.kit.period import Choice
from apps.kernel.period import Month
from apps.metrics import policies as metrics_policies
from apps.metrics.models import MonthRevision

MONTHS_TO_PICK = 48


def months(actor: Actor) -> Sequence[Choice]:
    """The computed months, newest first, and whether each is closed."""
    rows = metrics_policies.revision.visible_to(actor, MonthRevision.objects.filter(computed_at__isnull=False))
    latest = rows.order_by("-period", "-revision").distinct("period").values_list("period", "frozen_at")
    return [Choice(Month.of(period), frozen is not None) for period, frozen in latest[:MONTHS_TO_PICK]]
