"""Backups as the product knows them: taken and verified each night, recorded, kept for a while."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.backup import manifest, servers, taking, verifying
from apps.core.backup.manifest import Manifest
from apps.core.errors import DomainError
from apps.core.models import Backup, Job

JOB = "core.backup"
LOCK = "core.backup"
OVERDUE = timedelta(hours=36)
"""Age of the newest verified backup beyond which something is wrong: one night was missed."""


def root() -> Path:
    """The folder of all backups."""
    return Path(settings.BACKUP_ROOT)


def ask(*, actor: Actor, now: datetime) -> Job:
    """Have a backup taken and verified; one that is asked for and not done yet is returned instead."""
    with transaction.atomic():
        jobs.lock(f"ask:{JOB}")
        waiting = Job.objects.filter(code=JOB, status__in=jobs.UNFINISHED).first()
        return waiting or jobs.enqueue(JOB, {}, actor=actor, now=now)


def take(*, now: datetime) -> Path:
    """Take a backup and return its folder; it is not recorded yet."""
    return taking.take(server=servers.current(), root=root(), files=Path(settings.MEDIA_ROOT), now=now)


def find(name: str) -> Path:
    """The folder of a backup by its name, or of the newest one."""
    found = sorted(path.parent for path in root().glob(f"[0-9]*/{manifest.NAME}"))
    named = [path for path in found if not name or path.name == name]
    if not named:
        raise DomainError("no_backup", _("No such backup in %(folder)s."), folder=root())
    return named[-1]


def verify(*, folder: Path) -> verifying.Verdict:
    """Restore a backup into a scratch data base and compare; the verdict is not recorded yet."""
    return verifying.verify(folder=folder, server=servers.current())


@transaction.atomic
def record(*, told: Manifest, verdict: verifying.Verdict | None, actor: Actor, now: datetime) -> Backup:
    """Note a backup that was taken, or what its verification found."""
    row, _created = Backup.objects.update_or_create(
        name=told.name,
        defaults={
            "taken_at": datetime.fromisoformat(told.taken_at),
            "table_count": len(told.tables),
            "row_count": told.rows,
            "file_count": len(told.files),
            "size": sum(part["bytes"] for part in told.parts.values()),
            "product_version": told.product_version,
            "server_version": told.server_version[:60],
        }
        | ({} if verdict is None else {"verified_at": now, "problems": verdict.problems}),
    )
    if verdict is None:
        audit.record(actor=actor, action="core.take_backup", obj=row, now=now, after={"rows": row.row_count})
    else:
        found = {"problems": verdict.problems}
        audit.record(actor=actor, action="core.verify_backup", obj=row, now=now, after=found)
    return row


def prune(*, now: datetime) -> int:
    """Remove the oldest backups beyond those to be kept, never the newest verified one; returns how many."""
    standing = list(Backup.objects.filter(removed_at__isnull=True).order_by("-taken_at"))
    trusted = last_verified()
    surplus = [row for row in standing[max(settings.BACKUPS_KEPT, 1) :] if row != trusted]
    for row in surplus:
        shutil.rmtree(root() / row.name, ignore_errors=True)
        row.removed_at = now
        row.save(update_fields=["removed_at"])
    return len(surplus)


def last_verified() -> Backup | None:
    """The newest backup whose restore was found equal to its snapshot."""
    trusted = Backup.objects.filter(verified_at__isnull=False, problems=[], removed_at__isnull=True)
    return trusted.order_by("-taken_at").first()


def age_seconds(now: datetime) -> float | None:
    """How old the data of the newest verified backup are, in seconds; None when there is none."""
    trusted = last_verified()
    return (now - trusted.taken_at).total_seconds() if trusted else None


def note_restore(*, told: Manifest, actor: Actor, now: datetime) -> None:
    """Write into the restored data base that, and from what, it was restored."""
    row = record(told=told, verdict=None, actor=actor, now=now)
    audit.record(
        actor=actor, action="core.restore_backup", obj=row, now=now, after={"taken_at": told.taken_at}
    )
