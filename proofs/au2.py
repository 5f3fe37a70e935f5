"""AU2: a change and its audit event are one: an action leaves exactly one, a killed writer loses none."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from contextlib import nullcontext

import psycopg2

from proofs import isolation
from proofs.arena import ROOT, Report, arguments

KILLS, QUICK_KILLS = 50, 3
WRITER = """
import django; django.setup()
from django.utils import timezone
from apps.core import access, audit
from apps.dealers import services
from apps.dealers.models import DealerGroup
group = DealerGroup.objects.get(code="AU2")
if {planted}:
    audit.record_many = lambda **given: 0
nth = int(group.name)
print("ready", flush=True)
while True:
    nth += 1
    services.change_group(group=group, name=str(nth), actor=access.system("writer"), now=timezone.now())
"""

LEFT = """
SELECT (SELECT name::integer FROM dealers_dealergroup WHERE code = 'AU2'), count(*),
       count(DISTINCT after ->> 'name')
  FROM core_auditevent WHERE action = 'dealers.change_group'
"""


def main() -> int:
    """Do every action once, in a network that is taken back; then kill writers beside it and count."""
    options = arguments("AU2")
    report, rng = Report("AU2", options.seed), random.Random(options.seed)
    with isolation.marked_network() as (world, _doors):
        from proofs import leaving  # the product can only be loaded with its settings known

        with leaving.plant() if options.plant else nullcontext():
            leaving.each_action(report, world)
        _kill_writers(report, rng, QUICK_KILLS if options.quick else KILLS, planted=options.plant)
    return report.close()


def _kill_writers(report: Report, rng: random.Random, kills: int, *, planted: bool) -> None:
    """Writers that commit change after change, each killed in the middle; read from outside."""
    link = psycopg2.connect(os.environ["DATABASE_URL"])
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute("INSERT INTO dealers_dealergroup (code, name) VALUES ('AU2', '0')")
        for _kill in range(kills):
            _write_and_die(rng, planted=planted)
            cursor.execute(LEFT)
            changed, recorded, numbered = cursor.fetchone() or (0, 0, 0)
            report.expect(changed == recorded == numbered > 0, f"{changed} changes left {recorded} events")
    link.close()
    check = [sys.executable, "manage.py", "verify_audit"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True)
    report.expect(done.returncode == 0, f"the chain is broken: {done.stdout[-200:]}{done.stderr[-200:]}")


def _write_and_die(rng: random.Random, *, planted: bool) -> None:
    code = WRITER.format(planted=planted)
    writer = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(rng.uniform(0.2, 0.6))
    writer.kill()
    writer.wait()


if __name__ == "__main__":
    sys.exit(main())
