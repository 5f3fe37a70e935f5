"""Reads of the core tables that people may open."""

from __future__ import annotations

from django.db.models import QuerySet

from apps.core import files, policies
from apps.core.access import Actor
from apps.core.models import Backup, Job, SelfTest, StoredFile, TrailCheck


def stored_files(*, actor: Actor) -> QuerySet[StoredFile]:
    """Files of the actor's dealers and units, and those the actor stored."""
    return files.policy.visible_to(actor, StoredFile.objects.all())


def jobs(*, actor: Actor) -> QuerySet[Job]:
    """All background jobs, for those who look after the product."""
    return policies.job.visible_to(actor, Job.objects.all())


def backups(*, actor: Actor) -> QuerySet[Backup]:
    """All backups ever taken, removed ones included."""
    return policies.backup.visible_to(actor, Backup.objects.all())


def self_tests(*, actor: Actor) -> QuerySet[SelfTest]:
    """All self-tests."""
    return policies.self_test.visible_to(actor, SelfTest.objects.all())


def trail_checks(*, actor: Actor) -> QuerySet[TrailCheck]:
    """All checks of the audit trail."""
    return policies.trail_check.visible_to(actor, TrailCheck.objects.all())
