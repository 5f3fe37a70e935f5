"""Months are computed and closed here: a run of ordered steps, each one job and one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.closing import digests, policies, queries, telling
from apps.closing.models import Run, Step
from apps.closing.rules import DEALERS_PER_PART, FIRST, LAST, RunKind, RunStatus, dealer_ranges
from apps.closing.stages import Part, stages_of
from apps.core import access, audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.models.jobs import JobStatus
from apps.dealers.models import Dealer
from apps.forecasting.services import computing as forecasting
from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.metrics.models import MonthRevision
from apps.periods import queries as month_states
from apps.periods import services as periods
from apps.periods.rules import MonthState

STEP = "closing.run_step"
WORK_MEM = "64MB"


@transaction.atomic
def close_month(
    *,
    month: Month,
    actor: Actor,
    now: datetime,
    freeze: bool = True,
    dealers_per_part: int = DEALERS_PER_PART,
) -> Run:
    """Start computing a month: check inputs → collect measures → compute KPIs → sum units → score health →
    raise alerts → publish (interim, `freeze=False`) or freeze (close).

    Asking again while it runs, or after the month was closed, returns that run. A close stops postings into
    the month first, and takes over from an interim run. Errors: `forbidden`, `month_not_over`,
    `month_closed`, `close_running`, `other_month_running`.
    """
    kind = RunKind.CLOSE if freeze else RunKind.INTERIM
    _permit(actor, policies.RUN)
    jobs.lock("closing.start")
    standing = queries.standing_run(month, kind)
    if standing is not None:
        return standing
    _refuse_untimely(month, kind, now)
    if freeze:
        _end_interim_run(month, now)
        periods.set_state(month=month, state=MonthState.SOFT, actor=actor, now=now)
    reading = metrics.open_reading(month=month)
    run = Run.objects.create(
        period=month.first, revision=reading.revision, kind=kind, started_by=actor.label, started_at=now
    )
    Step.objects.bulk_create(_plan(run, dealers_per_part))
    _start_stage(run, 0, now)
    audit.record(
        actor=actor, action=policies.RUN, obj=run, now=now, after={"kind": kind, "month": str(month)}
    )
    return run


@transaction.atomic
def run_step(*, step_id: int, now: datetime) -> dict[str, object]:
    """Do one step of a run and note what it wrote; the last step of a stage starts the next stage."""
    step = Step.objects.get(pk=step_id)
    run = Run.objects.get(pk=step.run_id)
    jobs.lock_shared(f"closing.steps:{run.month}")
    run.refresh_from_db()
    if run.status != RunStatus.RUNNING or step.finished_at is not None:
        return {"skipped": True}
    stage = stages_of(RunKind(run.kind))[step.no]
    dealers = (step.first_dealer, step.last_dealer)
    _allow_memory()
    stage.work(Part(run.pk, run.month, run.revision, *dealers, access.system(run.started_by), now))
    if stage.writes is not None:
        written = digests.of_rows(stage.writes, run.month, run.revision, *dealers)
        step.count, step.leaves, step.result_hash = written.count, written.leaves, written.sha256
    step.finished_at = now
    step.save(update_fields=["count", "leaves", "result_hash", "finished_at"])
    _advance(run, step, now)
    return {"count": step.count, "hash": step.result_hash}


@transaction.atomic
def reopen_month(*, month: Month, reason: str, actor: Actor, now: datetime) -> MonthRevision:
    """Open a closed month for a new reading; what was frozen stays as it was. Errors: `forbidden`,
    `reason_missing`, `month_open`.
    """
    _permit(actor, policies.REOPEN)
    if not reason.strip():
        raise DomainError(
            "reason_missing", _("Say why."), fields={"reason": _("Say why the month is reopened.")}
        )
    jobs.lock("closing.start")
    if month_states.state_of(month) is not MonthState.CLOSED:
        raise DomainError("month_open", _("%(month)s is not closed."), month=str(month))
    periods.set_state(month=month, state=MonthState.OPEN, actor=actor, now=now)
    reading = metrics.open_reading(month=month, reason=reason.strip())
    after = {"month": str(month), "revision": reading.revision, "reason": reading.reason}
    audit.record(actor=actor, action=policies.REOPEN, obj=reading, now=now, after=after)
    return reading


@transaction.atomic
def retry(*, run: Run, actor: Actor, now: datetime) -> int:
    """Ask again for the steps of a run that failed; returns how many."""
    _permit(actor, policies.RUN)
    failed = Step.objects.select_for_update(of=["self"]).filter(
        run=run, run__status=RunStatus.RUNNING, finished_at__isnull=True, job__status=JobStatus.FAILED
    )
    asked = list(failed.order_by("no", "part"))
    _ask(asked, access.system(run.started_by), now)
    if asked:
        after = {"steps": [str(step) for step in asked]}
        audit.record(actor=actor, action="closing.retry", obj=run, now=now, after=after)
    return len(asked)


@transaction.atomic
def cancel(*, run: Run, actor: Actor, now: datetime) -> Run:
    """End a run that is under way; a month that was being closed takes postings again."""
    _permit(actor, policies.RUN)
    jobs.lock("closing.start")
    run = _end(run, now)
    if run.status == RunStatus.CANCELLED and run.kind == RunKind.CLOSE:
        periods.set_state(month=run.month, state=MonthState.OPEN, actor=actor, now=now)
    audit.record(actor=actor, action="closing.cancel", obj=run, now=now, after={"status": run.status})
    return run


def _permit(actor: Actor, action: str) -> None:
    decision = policies.run.can(actor, action)
    if not decision:
        raise DomainError("forbidden", decision.reason)


def _refuse_untimely(month: Month, kind: RunKind, now: datetime) -> None:
    first, last = month_states.business_calendar().bounds(month)
    today = timezone.localdate(now)
    if today < first or (kind is RunKind.CLOSE and today <= last):
        raise DomainError("month_not_over", _("%(month)s is not over yet."), month=str(month))
    if month_states.state_of(month) is MonthState.CLOSED:
        raise DomainError("month_closed", _("%(month)s is closed; reopen it first."), month=str(month))
    running = queries.running()
    if kind is RunKind.INTERIM and running.filter(period=month.first).exists():
        raise DomainError("close_running", _("%(month)s is being closed."), month=str(month))
    other = running.exclude(period=month.first).first()
    if other is not None:
        raise DomainError(
            "other_month_running", _("%(month)s is being computed; wait for it."), month=str(other.month)
        )


def _end_interim_run(month: Month, now: datetime) -> None:
    for run in queries.running().filter(period=month.first, kind=RunKind.INTERIM):
        _end(run, now)


def _end(run: Run, now: datetime) -> Run:
    """Cancel a run once no step of it is being done."""
    jobs.lock(f"closing.steps:{run.month}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT closing_cancel(%s, %s)", [run.pk, now])
    return Run.objects.get(pk=run.pk)


def _plan(run: Run, dealers_per_part: int) -> list[Step]:
    dealers = list(Dealer.objects.order_by("pk").values_list("pk", flat=True))
    ranges = dealer_ranges(dealers, dealers_per_part)
    return [
        Step(run=run, no=no, code=stage.code, part=part, first_dealer=first, last_dealer=last)
        for no, stage in enumerate(stages_of(RunKind(run.kind)))
        for part, (first, last) in enumerate(ranges if stage.by_dealer else [(FIRST, LAST)])
    ]


def _start_stage(run: Run, no: int, now: datetime) -> None:
    steps = list(Step.objects.filter(run=run, no=no).order_by("part"))
    _ask(steps, access.system(run.started_by), now)


def _ask(steps: list[Step], actor: Actor, now: datetime) -> None:
    for step in steps:
        step.job = jobs.enqueue(STEP, {"step": step.pk}, actor=actor, now=now)
        step.save(update_fields=["job"])


def _allow_memory() -> None:
    """Sorts and hashes of a step stay in memory; the setting ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEM])


def _advance(run: Run, step: Step, now: datetime) -> None:
    """Parts of a stage may end at the same moment: whoever locks the run last starts the next stage."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    if Step.objects.filter(run=run, no=step.no, finished_at__isnull=True).exists():
        return
    if step.no + 1 < len(stages_of(RunKind(run.kind))):
        _start_stage(run, step.no + 1, now)
        return
    reading = MonthRevision.objects.get(period=run.period, revision=run.revision)
    run.status, run.finished_at, run.result_hash = RunStatus.DONE, now, reading.result_hash
    run.save(update_fields=["status", "finished_at", "result_hash"])
    if run.kind == RunKind.CLOSE:
        telling.closed(run, now)
        forecasting.ask(month=run.month, actor=access.system(run.started_by), now=now)
