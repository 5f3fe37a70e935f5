from datetime import date

from django.db import migrations

from apps.dealers import reference


def ship(apps, schema_editor):
    day = apps.get_model("work", "CalendarDay")
    day.objects.bulk_create(
        day(day=date.fromisoformat(row["day"]), kind=row["kind"], name=row["name"])
        for row in reference.rows("work_calendar")
    )


class Migration(migrations.Migration):
    """Holidays and make-up days of 2024 to 2026, as the State Council published them."""

    dependencies = [("work", "0004_calendar")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
