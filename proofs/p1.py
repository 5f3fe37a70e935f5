"""P1: no clear number, address or name of a person in pages, exports, tables, broker, logs or reports."""

from __future__ import annotations

import os
import random
import sys

import django

from proofs.arena import BASE, Report, arena, arguments, unpacked

READERS = ("hq_admin", "executive", "reg_a", "prov_zj", "am_1", "d1_gm", "d1_sm", "d2_gm", "investor")


def main() -> int:
    """Send personal canaries through the product and search every place where they could come out."""
    options = arguments("P1")
    report = Report("P1", options.seed)
    with arena() as place:
        place.create()
        os.environ.update(place.settings(BASE))
        django.setup()
        unpacked()
        from apps.core import pii
        from proofs import exposure  # the product can only be loaded with its settings known
        from tests.factories import network

        network.cast(network.build())
        if options.plant:
            pii.Masked.__str__ = exposure.unmasked  # type: ignore[method-assign]
        for seed in range(options.seed, options.seed + (1 if options.quick else 15)):
            exposure.DealerContact.objects.all().delete()
            exposure.search_all(report, random.Random(seed), keeper="hq_ops", readers=READERS)
        exposure.connection.close()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
