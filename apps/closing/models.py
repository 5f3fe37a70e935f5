from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.closing.rules import RunKind, RunStatus, StepState
from apps.core.models.jobs import JobStatus
from apps.kernel.period import Month

KINDS = [(RunKind.INTERIM.value, _("Interim run")), (RunKind.CLOSE.value, pgettext_lazy("month", "Close"))]
STATUSES = [
    (RunStatus.RUNNING.value, _("Running")),
    (RunStatus.DONE.value, _("Done")),
    (RunStatus.CANCELLED.value, _("Cancelled")),
]


class Run(models.Model):
    """One computation of a month, from its facts to its results, in ordered steps."""

    period = models.DateField(_("month"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    status = models.CharField(_("status"), max_length=10, choices=STATUSES, default=RunStatus.RUNNING.value)
    started_by = models.CharField(_("started by"), max_length=150)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    result_hash = models.CharField(_("result hash"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("run of a close")
        verbose_name_plural = _("runs of closes")
        constraints = [
            models.CheckConstraint(condition=Q(period__day=1), name="run_first_day"),
            # two operators, two workers, two schedulers: still one run of a month
            models.UniqueConstraint(
                fields=["period"], condition=Q(status="running"), name="run_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} · {self.get_kind_display()} v{self.revision}"

    @property
    def month(self) -> Month:
        """The month it computes."""
        return Month.of(self.period)


class Step(models.Model):
    """A part of a stage of a run: one job, one transaction, its count and the hash of the rows it wrote."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    no = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30)
    part = models.PositiveSmallIntegerField()
    first_dealer = models.BigIntegerField()
    last_dealer = models.BigIntegerField()
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    count = models.PositiveIntegerField(null=True)
    leaves = models.BinaryField(default=b"")
    result_hash = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("step of a run")
        verbose_name_plural = _("steps of runs")
        constraints = [models.UniqueConstraint(fields=["run", "no", "part"], name="step_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.part}"

    @property
    def state(self) -> StepState:
        """Where the step stands, told by its job while it is not done."""
        if self.finished_at is not None:
            return StepState.DONE
        if self.job is None:
            return StepState.WAITING
        states = {JobStatus.FAILED: StepState.FAILED, JobStatus.RUNNING: StepState.RUNNING}
        return states.get(JobStatus(self.job.status), StepState.QUEUED)
