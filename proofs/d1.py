"""D1: what an installation is checked for before it opens holds: settings, roles, row security, views."""

from __future__ import annotations

import os
import sys

import django

from proofs.arena import BASE, Report, arena, arguments


def main() -> int:
    """Look at a freshly migrated data base; there is nothing to make shorter."""
    options = arguments("D1")
    report = Report("D1", options.seed)
    with arena() as place:
        place.create()
        os.environ.update(place.settings(BASE))
        django.setup()
        from proofs import deploying  # the product can only be loaded with its settings known

        if options.plant:
            with deploying.connection.cursor() as cursor:
                for statement in deploying.DAMAGE.values():
                    cursor.execute(statement)
        else:
            deploying.look_after_damage(report)
        deploying.look(report, https=not options.plant)
        deploying.connection.close()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
