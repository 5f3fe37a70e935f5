"""What is looked at before an installation opens: settings by Django's check, the walls of its data base."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

from django.db import connection, transaction

from apps.core import survey
from apps.core.wall import WEB
from proofs.arena import ROOT, Report

__all__ = ["DAMAGE", "connection", "look", "look_after_damage"]

EXAMPLE = ROOT / ".env.example"
SETTING = re.compile(r"([A-Z_]+)=(.*)")
GIVEN = {"DEALEROPS_ALLOWED_HOSTS": "dealers.example.com", "DEALEROPS_HTTPS": "true"}
"""What the example asks the installer to fill in."""
DAMAGE = {
    "row security not forced": "ALTER TABLE sales_retaildelivery NO FORCE ROW LEVEL SECURITY",
    "no row security": "ALTER TABLE metrics_kpivalue DISABLE ROW LEVEL SECURITY",
    "a policy gone": "DROP POLICY wall ON dealers_dealer",
    "a role past the walls": f"ALTER ROLE {WEB} BYPASSRLS",
    "a role that owns": f"ALTER TABLE sales_retaildelivery OWNER TO {WEB}",
    "a view for its owner": "CREATE VIEW everything AS SELECT * FROM sales_retaildelivery",
    "a ledger to be changed": f"GRANT UPDATE ON core_auditevent TO {WEB}",
}
"""The planted defects, each by its own statement."""


def look(report: Report, *, https: bool = True) -> None:
    """Django's check with the settings of the shipped example, and the catalogue of the data base."""
    done = _check({**GIVEN, "DEALEROPS_HTTPS": str(https).lower()})
    clean = "no issues (0 silenced)" in done.stdout and not done.stderr.strip()
    report.expect(
        done.returncode == 0 and clean, f"check --deploy: {done.stdout[-200:]}{done.stderr[-2000:]}"
    )
    faults = survey.faults()
    for fault in faults:
        report.expect(False, fault)
    report.expect(not faults, f"{len(faults)} faults in the walls")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relforcerowsecurity")
        report.expect(cursor.fetchone()[0] > 30, "hardly a table is walled, so nothing was looked at")


def look_after_damage(report: Report) -> None:
    """Look once for each planted defect, which is taken back afterwards; one that is missed is a failure."""
    for name, statement in DAMAGE.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            report.expect(bool(survey.faults()), f"{name} is not noticed")
            transaction.set_rollback(True)


def _check(given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`check --deploy` on the data base at hand, with nothing set but what the example sets."""
    address = urlsplit(os.environ["DATABASE_URL"])
    here = urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))
    shipped = {
        name: value
        for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#") and (found := SETTING.match(line))
        for name, value in [found.groups()]
        if value
    }
    outside = {key: value for key, value in os.environ.items() if not key.startswith("DEALEROPS_")}
    environment = outside | shipped | given
    environment |= {
        "DATABASE_URL": here,
        "REDIS_URL": os.environ["REDIS_URL"],
        "DEALEROPS_SECRET_KEY": secrets.token_urlsafe(60),
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
