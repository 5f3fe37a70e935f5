"""Months change state here and nowhere else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.kernel.period import Month
from apps.periods.models import PeriodState
from apps.periods.rules import ALL_KINDS, NEXT, MonthState


@transaction.atomic
def set_state(
    *,
    month: Month,
    state: MonthState,
    actor: Actor,
    now: datetime,
    kind: str = ALL_KINDS,
) -> PeriodState:
    """Move a month to another state, after postings under way have ended; `month_state` when not allowed."""
    jobs.lock(f"periods:{month}")
    row, _created = PeriodState.objects.select_for_update().get_or_create(
        period=month.first,
        kind=kind,
        defaults={
            "state": MonthState.OPEN,
            "changed_at": now,
            "changed_by": actor.label,
        },
    )
    before = MonthState(row.state)
    if before == state:
        return row
    if state not in NEXT[before]:
        raise DomainError(
            "month_state",
            _("%(month)s cannot go from %(before)s to %(state)s."),
            month=str(month),
            before=before,
            state=state,
        )
    row.state, row.changed_at, row.changed_by = state, now, actor.label
    row.save()
    audit.record(
        actor=actor,
        action="periods.set_state",
        obj=row,
        now=now,
        before={"state": before},
        after={"state": state},
    )
    return row
