from django.db import migrations

from apps.dealers import reference


def load(apps, schema_editor):
    reference.load(apps.get_model("dealers", "Division"), apps.get_model("dealers", "FormerPlace"))


class Migration(migrations.Migration):
    """Divisions, former place names and city tiers."""

    dependencies = [("dealers", "0002_places_and_histories")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
