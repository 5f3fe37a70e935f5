"""M3: every role × action × state cell answers as the committed policy table says."""

from __future__ import annotations

import os
import sys

import django

from proofs.arena import BASE, Report, arena, arguments

QUICK = 120


def main() -> int:
    """Build the world of the contract tests and ask every cell of it at the product's doors."""
    options = arguments("M3")
    report = Report("M3", options.seed)
    with arena() as place:
        place.create()
        os.environ.update(place.settings(BASE))
        django.setup()
        # the product can only be loaded with its settings known
        import time_machine
        from django.conf import settings
        from django.db import transaction
        from django.test.utils import setup_test_environment

        from apps.core import jobs
        from proofs import cells
        from tests.conftest import NOW
        from tests.contract.objects import build_world

        setup_test_environment()
        settings.STORAGES["staticfiles"] = {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
        jobs.ring = lambda job_id: None
        if options.plant:
            cells.plant()
        with time_machine.travel(NOW, tick=False), transaction.atomic():
            world = build_world(NOW)
            cells.walk(
                report,
                world,
                seed=options.seed,
                most=QUICK if options.quick else None,
                app="sales." if options.plant and options.quick else "",
            )
            transaction.set_rollback(True)
        transaction.get_connection().close()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
