"""Who is told that a month is closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.closing.models import Run, Step
from apps.core import news
from apps.core.models import Job
from apps.core.roles import Role
from apps.work import queries, registry
from apps.work import services as work

TOLD = (Role.HQ_ADMIN, Role.HQ_OPERATIONS, Role.HQ_FINANCE, Role.HQ_POLICY, Role.EXECUTIVE)
CLOSED = registry.notice(
    "closing.closed",
    _("A month is closed"),
    _("%(month)s is closed, reading %(revision)s. Its figures are final."),
    icon="lock",
)
FAILED = registry.notice(
    "closing.step_failed",
    _("A step of a close failed"),
    _("The close of %(month)s stands still: %(step)s failed (%(error)s). Look into it and retry."),
    default_channels=("portal", "email"),
    icon="alert-triangle",
)
MENDERS = (Role.HQ_ADMIN, Role.HQ_OPERATIONS)


def closed(run: Run, now: datetime) -> None:
    """Tell headquarters that a close has ended."""
    on = timezone.localdate(now)
    users = _holders(TOLD, on)
    work.notify(
        notice=CLOSED,
        recipients=users,
        key=f"closing.run:{run.pk}",
        now=now,
        params={"month": str(run.month), "revision": run.revision},
        url=reverse("closing:run-detail", kwargs={"pk": run.pk}),
        target=run,
    )


def job_failed(*, job: Job, now: datetime) -> None:
    """Tell who can mend it that a step of a close was given up, and again when a retry fails."""
    step = Step.objects.select_related("run").filter(job=job).first()
    if step is None:
        return
    work.notify(
        notice=FAILED,
        recipients=_holders(MENDERS, timezone.localdate(now)),
        key=f"closing.failed:{step.pk}:{job.pk}:{job.attempts}",
        now=now,
        params={"month": str(step.run.month), "step": str(step), "error": job.error[:120]},
        url=reverse("closing:run-detail", kwargs={"pk": step.run_id}),
        target=step.run,
    )


def _holders(roles: Iterable[Role], on: date) -> set[int]:
    return {
        user for role in roles for user in queries.holders(role=role, dealer_id=None, unit_id=None, on=on)
    }


news.listen(news.JOB_FAILED, job_failed)
