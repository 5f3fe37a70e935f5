"""A month is closed once, however often it is asked for; a reopened month keeps its old reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.closing import runner, services
from apps.closing.models import Run, Step
from apps.closing.rules import LAST, dealer_ranges
from apps.closing.stages import STAGES
from apps.core import access, jobs
from apps.core.errors import DomainError
from apps.core.models import AuditEvent, Job
from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.metrics.models import KpiValue, MeasureValue, MonthRevision, UnitKpiValue
from apps.periods import queries as periods
from apps.periods.rules import MonthState
from apps.work.models import Notice
from tests.metrics.store import JUNE, fact, kpis, measures

SYSTEM = access.system("test")
JULY = Month(2026, 7)


@pytest.fixture
def close(june, now, run_jobs):
    """Close (or compute) a month to its end."""

    def run(month: Month = JUNE, *, freeze: bool = True, per_part: int = 2) -> Run:
        started = services.close_month(
            month=month, actor=SYSTEM, now=now, freeze=freeze, dealers_per_part=per_part
        )
        run_jobs()
        started.refresh_from_db()
        return started

    return run


@contextmanager
def refusal(code: str) -> Iterator[None]:
    with pytest.raises(DomainError) as refused, transaction.atomic():
        yield
    assert refused.value.code == code


def results() -> list[list[tuple]]:
    return [
        sorted(MeasureValue.objects.values_list(), key=str),
        sorted(KpiValue.objects.values_list(), key=str),
        sorted(UnitKpiValue.objects.values_list("unit__code", "kpi", "revision", "value", "mean"), key=str),
    ]


def test_a_close_computes_freezes_and_shuts_the_month(close, now) -> None:
    run = close()
    assert (run.status, run.kind, run.revision, run.finished_at is not None) == ("done", "close", 1, True)
    reading = MonthRevision.objects.get(period=JUNE.first)
    assert reading.frozen_at is not None
    assert reading.computed_at is not None
    assert reading.result_hash == run.result_hash
    assert len(run.result_hash) == 64
    assert periods.state_of(JUNE) is MonthState.CLOSED
    assert kpis("test.coefficient")["D001"] == (Decimal("1.35"), "")
    steps = list(run.steps.order_by("no", "part"))
    assert {step.code for step in steps} == {stage.code for stage in STAGES} - {"publish"}
    assert [step.part for step in steps if step.code == "kpis"] == [0, 1, 2]
    assert all(step.finished_at for step in steps if step.code != "freeze")
    assert all(len(step.result_hash) == 64 for step in steps if step.code not in ("book", "freeze"))
    assert sum(step.count for step in steps if step.code == "kpis") == KpiValue.objects.count()
    event = AuditEvent.objects.get(action="closing.run")
    assert event.after == {"kind": "close", "month": "2026-06"}


def test_a_closed_month_takes_no_facts_and_no_values(close, june, now) -> None:
    close()
    with pytest.raises(IntegrityError, match="2026-06"), transaction.atomic():
        fact("sold", june.d1, JUNE, "1", now)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        metrics.collect(month=JUNE, revision=1)
    assert measures()["test.sold", "D001"] == 1000


def test_closing_again_returns_the_same_run_and_changes_nothing(close, now) -> None:
    run, before = close(), results()
    again = close()
    assert again.pk == run.pk
    assert Run.objects.count() == 1
    assert results() == before
    while_running = services.close_month(month=JUNE, actor=SYSTEM, now=now)
    assert while_running.pk == run.pk


def test_asking_twice_while_it_runs_gives_one_run(june, now) -> None:
    first = services.close_month(month=JUNE, actor=SYSTEM, now=now)
    second = services.close_month(month=JUNE, actor=SYSTEM, now=now)
    assert first.pk == second.pk
    assert Job.objects.count() == 1
    assert periods.state_of(JUNE) is MonthState.SOFT


def test_every_step_delivered_three_times_has_one_effect(june, now) -> None:
    run = services.close_month(month=JUNE, actor=SYSTEM, now=now, dealers_per_part=2)
    seen: set[str] = set()
    while fresh := set(map(str, Job.objects.values_list("pk", flat=True))) - seen:
        for job in sorted(fresh) * 3:
            jobs.run(job)
        seen |= fresh
    run.refresh_from_db()
    assert run.status == "done"
    steps = Job.objects.filter(code=services.STEP)
    assert steps.filter(status="done").count() == Step.objects.count() == steps.count()
    assert Job.objects.exclude(code=services.STEP).get().code == "forecasting.compute"
    assert kpis("test.coefficient")["D001"] == (Decimal("1.35"), "")


@pytest.mark.parametrize("per_part", [1, 3, 500])
def test_the_result_hash_does_not_depend_on_the_parts(close, now, per_part) -> None:
    first = close(freeze=False, per_part=2)
    second = close(freeze=False, per_part=per_part)
    closed = close(per_part=per_part)
    services.reopen_month(month=JUNE, reason="once more", actor=SYSTEM, now=now)
    again = close()
    assert again.revision == 2
    assert first.result_hash == second.result_hash == closed.result_hash == again.result_hash


def test_the_result_hash_changes_with_a_value(close, june, now) -> None:
    first = close(freeze=False)
    fact("sold", june.d1, JUNE, "1", now)
    assert close(freeze=False).result_hash != first.result_hash


def test_an_interim_run_leaves_the_month_open(close, june, now) -> None:
    close(freeze=False)
    reading = MonthRevision.objects.get(period=JUNE.first)
    assert (reading.frozen_at, reading.computed_at is not None) == (None, True)
    assert periods.state_of(JUNE) is MonthState.OPEN
    fact("sold", june.d1, JUNE, "350", now)
    second = close(freeze=False)
    assert (second.revision, Run.objects.count()) == (1, 2)
    assert kpis("test.coefficient")["D001"] == (Decimal(1), "")


def test_a_close_takes_over_from_an_interim_run(june, now, run_jobs) -> None:
    interim = services.close_month(month=JUNE, actor=SYSTEM, now=now, freeze=False)
    run = services.close_month(month=JUNE, actor=SYSTEM, now=now)
    run_jobs()
    interim.refresh_from_db()
    run.refresh_from_db()
    assert (interim.status, run.status) == ("cancelled", "done")
    assert not Step.objects.filter(run=interim, finished_at__isnull=False).exists()


def test_reopening_keeps_the_frozen_reading_and_makes_another(close, june, now) -> None:
    close()
    before = measures()
    reading = services.reopen_month(month=JUNE, reason="a sheet was forgotten", actor=SYSTEM, now=now)
    assert (reading.revision, reading.reason) == (2, "a sheet was forgotten")
    fact("sold", june.d1, JUNE, "350", now)
    run = close()
    assert run.revision == 2
    assert measures(revision=1) == before
    assert kpis("test.coefficient", revision=1)["D001"] == (Decimal("1.35"), "")
    assert kpis("test.coefficient", revision=2)["D001"] == (Decimal(1), "")
    assert AuditEvent.objects.filter(action="closing.reopen").get().after["reason"] == "a sheet was forgotten"


@pytest.mark.parametrize(
    ("month", "freeze", "code"),
    [(JULY, True, "month_not_over"), (Month(2026, 8), False, "month_not_over")],
)
def test_a_month_that_is_not_over_cannot_be_closed(june, now, month, freeze, code) -> None:
    with refusal(code):
        services.close_month(month=month, actor=SYSTEM, now=now, freeze=freeze)
    assert not Run.objects.exists()
    assert periods.state_of(month) is MonthState.OPEN


def test_refusals_change_nothing(close, june, now, am_1, actor_of, hq_ops) -> None:
    for actor in (actor_of(am_1), access.ANONYMOUS):
        with refusal("forbidden"):
            services.close_month(month=JUNE, actor=actor, now=now)
    running = services.close_month(month=JUNE, actor=actor_of(hq_ops), now=now)
    for month, freeze, code in (
        (JUNE, False, "close_running"),
        (Month(2026, 5), True, "other_month_running"),
    ):
        with refusal(code):
            services.close_month(month=month, actor=SYSTEM, now=now, freeze=freeze)
    close()
    with refusal("month_closed"):
        services.close_month(month=JUNE, actor=SYSTEM, now=now, freeze=False)
    with refusal("forbidden"):
        services.reopen_month(month=JUNE, reason="x", actor=actor_of(hq_ops), now=now)
    with refusal("reason_missing"):
        services.reopen_month(month=JUNE, reason=" ", actor=SYSTEM, now=now)
    with refusal("month_open"):
        services.reopen_month(month=JULY, reason="x", actor=SYSTEM, now=now)
    assert list(Run.objects.values_list("pk", "status")) == [(running.pk, "done")]
    assert MonthRevision.objects.count() == 1


def test_a_failed_step_is_seen_retried_and_leaves_nothing_half_done(june, hq_ops, now, monkeypatch) -> None:
    def broken(**_: object) -> int:
        raise DomainError("broken", "out of order")

    run = services.close_month(month=JUNE, actor=SYSTEM, now=now)
    with monkeypatch.context() as patch:
        patch.setattr(metrics, "compute_kpis", broken)
        run = runner.work_through(run, pause=0)
    step = Step.objects.get(run=run, code="kpis")
    assert (run.status, step.state, step.job.status) == ("running", "failed", "failed")
    assert "out of order" in step.job.error
    assert not KpiValue.objects.exists()
    assert periods.state_of(JUNE) is MonthState.SOFT
    notice = Notice.objects.get(code="closing.step_failed")
    assert (notice.user, notice.params["month"], notice.params["step"]) == (hq_ops, "2026-06", "kpis 0")
    assert "out of order" in notice.params["error"]
    assert services.retry(run=run, actor=SYSTEM, now=now) == 1
    assert services.retry(run=run, actor=SYSTEM, now=now) == 0
    run = runner.work_through(run, pause=0)
    assert run.status == "done"
    assert kpis("test.coefficient")["D001"] == (Decimal("1.35"), "")


def test_a_cancelled_close_opens_the_month_and_its_steps_do_nothing(june, now, run_jobs) -> None:
    run = services.close_month(month=JUNE, actor=SYSTEM, now=now)
    services.cancel(run=run, actor=SYSTEM, now=now)
    assert periods.state_of(JUNE) is MonthState.OPEN
    run_jobs()
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert not Step.objects.filter(finished_at__isnull=False).exists()
    assert not MeasureValue.objects.exists()
    assert services.close_month(month=JUNE, actor=SYSTEM, now=now).pk != run.pk


def test_lost_jobs_are_rung_again(june, now, monkeypatch) -> None:
    """The broker is wiped: everything due is still in the database and is sent again."""
    run = services.close_month(month=JUNE, actor=SYSTEM, now=now)
    rung: list[str] = []
    monkeypatch.setattr(jobs, "ring", lambda job: rung.append(str(job)))
    later = now + jobs.GRACE
    while jobs.reconcile(later):
        while rung:
            jobs.run(rung.pop())
        later += jobs.GRACE
        Job.objects.update(due_at=now)
    run.refresh_from_db()
    assert run.status == "done"


def test_the_command_does_the_work_itself(june, capsys) -> None:
    call_command("close_month", "2026-06", "--interim")
    call_command("close_month", "2026-06")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["2026-06", "r1", "interim", "done"],
        ["2026-06", "r1", "close", "done"],
    ]
    assert len({line.split()[4] for line in lines}) == 1
    with pytest.raises(CommandError, match="2026-13"):
        call_command("close_month", "2026-13")


def test_ranges_cover_every_dealer_once() -> None:
    assert dealer_ranges([], 500) == [(0, LAST)]
    assert dealer_ranges([5, 9, 12], 500) == [(0, LAST)]
    assert dealer_ranges([12, 5, 9], 2) == [(0, 11), (12, LAST)]
    assert dealer_ranges([5, 9], 1) == [(0, 8), (9, LAST)]
    with pytest.raises(ValueError, match="at least one"):
        dealer_ranges([1], 0)


def test_the_database_keeps_one_run_of_a_month(june, now) -> None:
    services.close_month(month=JUNE, actor=SYSTEM, now=now)
    with pytest.raises(IntegrityError, match="run_one_at_a_time"), transaction.atomic():
        Run.objects.create(period=JUNE.first, revision=1, kind="close", started_by="x", started_at=now)


def test_a_close_carries_the_id_of_its_request_to_its_last_event(june, hq_ops, client_of, run_jobs) -> None:
    answer = client_of(hq_ops).post(
        reverse("closing:start", args=["2026-06"]), headers={"X-Request-ID": "request-0001"}
    )
    assert answer.status_code == 302, answer.content.decode()
    run_jobs()
    run = Run.objects.get()
    assert run.status == "done"
    assert set(Job.objects.values_list("request_id", flat=True)) == {"request-0001"}
    since = AuditEvent.objects.filter(action__in=("closing.run", "periods.set_state"))
    assert set(since.values_list("request_id", flat=True)) == {"request-0001"}
    assert since.count() == 3
