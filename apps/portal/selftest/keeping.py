"""Self-tests as jobs: asked for each night or by an administrator, recorded, shown on the operations page."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.core import jobs
from apps.core.access import Actor
from apps.core.models import Job, SelfTest
from apps.portal.selftest.walking import Findings

JOB = "portal.self_test"


def ask(*, actor: Actor, now: datetime) -> Job:
    """Have the self-test run; one that is asked for and not done yet is returned instead."""
    with transaction.atomic():
        jobs.lock(f"ask:{JOB}")
        waiting = Job.objects.filter(code=JOB, status__in=jobs.UNFINISHED).first()
        return waiting or jobs.enqueue(JOB, {}, actor=actor, now=now)


def record(*, found: Findings, started: datetime, now: datetime) -> SelfTest:
    """Note what a walk found."""
    return SelfTest.objects.create(
        started_at=started,
        finished_at=now,
        role_count=found.roles,
        request_count=found.requests,
        problems=found.problems,
        slowest=found.slowest,
    )
