"""N1: no message is lost or becomes another when senders die at any point and the broker is dead."""

from __future__ import annotations

import os
import random
import sys
from unittest import mock

import django

from proofs.arena import BASE, Report, arena, arguments


def main() -> int:
    """Tell 40 people of 1,000 events while senders and digests die."""
    options = arguments("N1")
    report = Report("N1", options.seed)
    sizes = {"people": 6, "notices": 40} if options.quick else {"people": 40, "notices": 1_000}
    with arena() as place:
        place.create()
        os.environ.update(place.settings(BASE))
        django.setup()
        from proofs import outbox  # the product can only be loaded with its settings known

        deliver = outbox.noted_first if options.plant else outbox.sending._deliver
        with mock.patch.object(outbox.sending, "_deliver", deliver):
            outbox.try_all(report, random.Random(options.seed), **sizes)
        outbox.connection.close()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
