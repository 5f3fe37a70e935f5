"""The nightly check of the audit trail: asked for by beat, recorded, shown on the operations page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.core import chain, jobs
from apps.core.access import Actor
from apps.core.models import Job, TrailCheck

JOB = "core.check_trail"


def ask(*, actor: Actor, now: datetime) -> Job:
    """Have the trail checked; a check that is asked for and not done yet is returned instead."""
    with transaction.atomic():
        jobs.lock(f"ask:{JOB}")
        waiting = Job.objects.filter(code=JOB, status__in=jobs.UNFINISHED).first()
        return waiting or jobs.enqueue(JOB, {}, actor=actor, now=now)


def check(*, now: datetime) -> TrailCheck:
    """Check the whole trail against itself and the anchors kept outside, and note what was found."""
    anchors: list[chain.Anchor] = []
    restores: list[chain.Restore] = []
    unread = []
    path = settings.AUDIT_ANCHORS
    if path and Path(path).exists():
        try:
            anchors, restores = chain.anchors_in(path), chain.restores_in(path)
        except (OSError, ValueError) as error:
            unread = [f"anchors: {error}"]
    verdict = chain.verify(anchors=anchors)
    return TrailCheck.objects.create(
        started_at=now,
        finished_at=timezone.now(),
        last_block=verdict.last,
        event_count=verdict.events,
        anchor_count=len(anchors),
        problems=[*map(str, verdict.findings), *unread],
        restores=list(map(str, restores)),
    )
