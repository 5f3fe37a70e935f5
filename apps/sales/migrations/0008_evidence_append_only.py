from django.db import migrations

from apps.vehicles.facts import append_only


class Migration(migrations.Migration):
    """Documents about sold cars are never changed or deleted."""

    dependencies = [("sales", "0007_evidence")]

    operations = [append_only("sales_saleevidence")]
