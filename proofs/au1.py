"""AU1: whatever a superuser does to the audit trail is found and placed; a clean trail is called clean."""

from __future__ import annotations

import os
import random
import sys

import django

from proofs.arena import BASE, Report, arena, arguments


def main() -> int:
    """Tamper with a trail of its own, 1,000 times, and check 100,000 clean events."""
    options = arguments("AU1")
    report = Report("AU1", options.seed)
    sizes = {"clean": 2_000, "blocks": 30, "tamperings": 50}
    if not options.quick:
        sizes = {"clean": 100_000, "blocks": 200, "tamperings": 1_000}
    with arena() as place:
        place.create()
        os.environ.update(place.settings(BASE))
        django.setup()
        from proofs import tampering  # the product can only be loaded with its settings known

        if options.plant:
            tampering.plant()
        tampering.try_all(report, random.Random(options.seed), **sizes)
        tampering.connection.close()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
