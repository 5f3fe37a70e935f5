"""T8: a backup taken amid a close can be restored: equal to its snapshot, and the close goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from proofs.arena import ROOT, Report, arena, arguments, fingerprint
from proofs.closes import Closes

NOTED = ("core_backup", "core_auditevent", "core_auditblock", "core_auditanchor")
"""Where a restore notes itself."""


def main() -> int:
    """Back up amid a close, restore elsewhere, compare, and finish the close there."""
    options = arguments("T8")
    report = Report("T8", options.seed)
    dealers, months = (8, 2) if options.quick else (300, 6)
    with arena() as place, TemporaryDirectory() as folder:
        place.prepare(dealers=dealers, months=months, seed=options.seed)
        undisturbed, settings = place.clone(), place.clone()
        closes = Closes(undisturbed)
        closes.here(months)
        expected = fingerprint(undisturbed)
        closes.switch(settings)
        taken = _back_up_amid_a_close(closes, Path(folder), months, without_snapshot=options.plant)
        restored = place.settings("proof_restored")
        place._sql('CREATE DATABASE "proof_restored"')
        _restore(restored, taken, report)
        closes.switch(restored)
        _compare(taken, report)
        closes.jobs.ring = lambda job_id: None
        for month in closes.months(months):
            closes.runner.work_through(closes.start(month))
        report.expect(fingerprint(restored) == expected, "the close that went on has other results")
    return report.close()


def _back_up_amid_a_close(closes: Closes, folder: Path, months: int, *, without_snapshot: bool) -> Path:
    """Take a backup with half of the first close done; the rest of it is done while the dump is written."""
    from apps.core.backup import servers, taking

    closes.jobs.ring = lambda job_id: None
    closes.start(closes.months(months)[0])
    for job in closes.due()[:2]:
        closes.jobs.run(job)
    run = servers.run

    def run_amid(program: str, server: servers.Server, *options: str) -> None:
        while due := closes.due():
            closes.jobs.run(due[0])
        kept = [each for each in options if not (without_snapshot and each.startswith("--snapshot"))]
        run(program, server, *kept)

    servers.run = run_amid
    try:
        return taking.take(server=servers.current(), root=folder, files=folder, now=datetime.now(UTC))
    finally:
        servers.run = run


def _restore(settings: dict[str, str], taken: Path, report: Report) -> None:
    command = [sys.executable, "manage.py", "restore", str(taken)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True)
    report.expect(done.returncode == 0, f"restore failed: {done.stderr[-300:]}")
    again = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True)
    report.expect(again.returncode != 0, "a data base with tables was restored into")


def _compare(taken: Path, report: Report) -> None:
    """Every table, guard and sequence of the restored data base against the manifest."""
    from apps.core.backup import inventory, manifest, servers

    told = manifest.read(taken)
    with servers.current().link() as link:
        found, shapes = inventory.contents(link), inventory.shapes(link)
        late = inventory.late_sequences(link)
    for table, expected in told.tables.items():
        if table in NOTED:
            continue
        report.expect(found.get(table) == dict(expected), f"{table}: {expected} became {found.get(table)}")
    for kind, expected in told.shapes.items():
        report.expect(shapes.get(kind) == dict(expected), f"{kind}: {expected} became {shapes.get(kind)}")
    report.expect(late == [], f"sequences are behind: {late}")


if __name__ == "__main__":
    sys.exit(main())
