from django.db import migrations

from apps.core.doors import door


class Migration(migrations.Migration):
    """When a unit left follows from its movements alone: the roles that record them may not write it."""

    dependencies = [("inventory", "0005_covered_indexes")]

    operations = [door("inventory_settle_units()")]
