from django.db import migrations


class Migration(migrations.Migration):
    """An episode tells days: those of a daily rule, the first of the month of a monthly one."""

    dependencies = [("alerts", "0003_close_reason")]

    operations = [
        migrations.RenameField("alertepisode", "opened_period", "opened_on"),
        migrations.RenameField("alertepisode", "last_period", "last_on"),
        migrations.RenameField("alertepisode", "closed_period", "closed_on"),
    ]
