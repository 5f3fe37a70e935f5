from django.db import migrations

from apps.reports import reference


def ship(apps, schema_editor):
    reference.load(apps.get_model("reports", "DutyRule"))


class Migration(migrations.Migration):
    """The 140 recurring duties of the field organisation and its dealers."""

    dependencies = [("reports", "0001_duties")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
