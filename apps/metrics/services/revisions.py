"""The life of a reading of a month: opened, begun, computed, frozen; reopening starts the next one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import jobs
from apps.core.errors import DomainError
from apps.kernel.kpi import Kpi
from apps.kernel.period import Month
from apps.metrics import partitions
from apps.metrics.models import KpiRule, MonthRevision
from apps.metrics.queries import dictionary, months


@transaction.atomic
def open_reading(*, month: Month, reason: str = "") -> MonthRevision:
    """The reading of a month that may still be computed: the newest one, or the next when that is frozen.

    Makes room for the month in the store. The reason tells why a frozen month is read again.
    """
    jobs.lock(f"metrics.reading:{month}")
    partitions.ensure([month])
    newest = MonthRevision.objects.filter(period=month.first).order_by("-revision").first()
    if newest is not None and newest.frozen_at is None:
        return newest
    number = 1 if newest is None else newest.revision + 1
    return MonthRevision.objects.create(period=month.first, revision=number, reason=reason)


@transaction.atomic
def begin(*, month: Month, revision: int, now: datetime) -> MonthRevision:
    """Fix what a reading is computed from: the readings of earlier months, and the rule of every KPI.

    Raises `formula_changed` when a formula differs from the one its version already stands for.
    """
    _record_rules(dictionary.computed_kpis(), now)
    row = MonthRevision.objects.select_for_update().get(period=month.first, revision=revision)
    current = months.current_revisions()
    row.basis = {str(earlier): found.revision for earlier, found in current.items() if earlier < month}
    row.save(update_fields=["basis"])
    return row


@transaction.atomic
def finish(*, month: Month, revision: int, result_hash: str, now: datetime, freeze: bool) -> MonthRevision:
    """Note that a reading is computed, with the hash of its rows; a frozen one never changes again."""
    row = MonthRevision.objects.select_for_update().get(period=month.first, revision=revision)
    row.computed_at, row.result_hash = now, result_hash
    row.frozen_at = now if freeze else None
    row.save(update_fields=["computed_at", "result_hash", "frozen_at"])
    return row


def _record_rules(kpis: dict[str, Kpi], now: datetime) -> None:
    known = {(row.kpi, row.version): row.formula for row in KpiRule.objects.filter(kpi__in=list(kpis))}
    fresh = []
    for kpi in kpis.values():
        kept = known.get((kpi.code, kpi.version))
        if kept is None:
            rule = KpiRule(kpi=kpi.code, version=kpi.version, formula=str(kpi.formula), recorded_at=now)
            fresh.append(rule)
        elif kept != str(kpi.formula):
            raise DomainError(
                "formula_changed",
                _("The formula of %(kpi)s changed, but its version %(version)s did not."),
                kpi=kpi.code,
                version=kpi.version,
            )
    KpiRule.objects.bulk_create(fresh, ignore_conflicts=True)
