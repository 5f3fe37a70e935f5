from django.db import migrations

PROOFS = {
    "A1-08": "ordering.submitted",
    "A1-09": "ordering.reported",
    "PM-15": "ordering.submitted",
    "PM-16": "ordering.paid",
    "RM-09": "ordering.reported",
    "RM-11": "ordering.reported",
}
WAITING = """
UPDATE reports_duty SET counted = 0, needed = 1
 WHERE code = ANY (%s) AND state IN ('open', 'started') AND needed IS NULL
"""


def count_them(apps, schema_editor):
    rules = apps.get_model("reports", "DutyRule").objects
    for code, proof in PROOFS.items():
        rules.filter(code=code, version=1, proof="").update(proof=proof)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(WAITING, [list(PROOFS)])


class Migration(migrations.Migration):
    """Duties about ten-day orders are counted from the orders themselves."""

    dependencies = [("ordering", "0001_plans"), ("reports", "0006_counted_rules")]

    operations = [migrations.RunPython(count_them, migrations.RunPython.noop)]
