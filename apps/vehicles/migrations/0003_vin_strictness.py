from django.db import migrations

SHIPPED = [
    ("", "length", "error"),
    ("", "characters", "error"),
    ("", "check_digit", "warning"),
    ("", "year_code", "ignore"),
    ("", "year_stated", "warning"),
    ("CN", "check_digit", "error"),
    ("CN", "year_code", "warning"),
]


def add(apps, schema_editor):
    rule = apps.get_model("vehicles", "VinStrictness")
    rule.objects.bulk_create(rule(origin=o, problem=p, severity=s) for o, p, s in SHIPPED)


class Migration(migrations.Migration):
    """Show the shipped strictness on the settings page, where it can be changed."""

    dependencies = [("vehicles", "0002_append_only")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
