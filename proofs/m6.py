"""M6: the inventory is complete: each route, operation, export, job and model has a row on who may."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext

import django

from proofs.arena import BASE, Report, arena, arguments, unpacked


def main() -> int:
    """Count everything on a product without a network; there is nothing to make shorter."""
    options = arguments("M6")
    report = Report("M6", options.seed)
    with arena() as place:
        place.create()
        os.environ.update(place.settings(BASE))
        django.setup()
        unpacked()
        from proofs import counting  # the product can only be loaded with its settings known

        with counting.planted() if options.plant else nullcontext():
            counting.count_all(report)
        counting.connection.close()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
