from pathlib import Path

from django.db import migrations

from apps.vehicles import shipped

PROFILES = Path(__file__).resolve().parent.parent / "profiles"


class Migration(migrations.Migration):
    """Ship the mapping profiles declared in this app."""

    dependencies = [("inventory", "0002_movements_rule_units"), ("core", "0002_import_engine")]

    operations = [shipped.load(PROFILES)]
