"""Who decides about reports: for every form one flow of approval, decided by the form's reviewer."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.reports import policies, registry
from apps.reports.models import Submission
from apps.reports.services import effects
from apps.reports.services import submissions as services
from apps.work import registry as work
from apps.work.registry import Step


def declare() -> None:
    """Declare the flow of every form."""
    for code, form in registry.forms().items():
        work.flow(
            effects.flow_of(code),
            _("Report review"),
            (Step(str(form.reviewer), policies.REVIEW),),
            on_approved=_approved,
            on_returned=_returned,
            on_rejected=_returned,
        )


def _approved(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    row = Submission.objects.get(pk=target_id)
    services.approve(submission=row, comment=comment, actor=actor, now=now)


def _returned(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    row = Submission.objects.get(pk=target_id)
    services.send_back(submission=row, comment=comment, actor=actor, now=now)
