"""R6: facts, months, settlements and disputes in any order: restated, never changed, and right to the fen."""

from __future__ import annotations

import os
import sys

from proofs.arena import Report, arena, arguments

FULL, QUICK = 2_000, 20
STEPS = 20


def main() -> int:
    """The sequence told in advance, then random ones; each is compared with the naive implementation."""
    options = arguments("R6")
    report = Report("R6", options.seed)
    with arena() as place:
        os.environ.update(place.blank())
        import django

        django.setup()
        from proofs.settling import sequences

        with sequences.planted() if options.plant else sequences.sound():
            kind = sequences.walk(report)
            if not options.plant:
                sequences.prove(report, kind, QUICK if options.quick else FULL, STEPS)
        print(dict(kind.done), flush=True)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
