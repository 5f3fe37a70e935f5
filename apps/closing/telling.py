"""Who is told that a month is closed."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.closing.models import Run
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


def closed(run: Run, now: datetime) -> None:
    """Tell headquarters that a close has ended."""
    on = timezone.localdate(now)
    users = {
        user for role in TOLD for user in queries.holders(role=role, dealer_id=None, unit_id=None, on=on)
    }
    work.notify(
        notice=CLOSED,
        recipients=users,
        key=f"closing.run:{run.pk}",
        now=now,
        params={"month": str(run.month), "revision": run.revision},
        url=reverse("closing:run-detail", kwargs={"pk": run.pk}),
        target=run,
    )
