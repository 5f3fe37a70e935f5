from django.db import migrations

from apps.periods.guards import refuse_posting
from apps.vehicles.facts import append_only


class Migration(migrations.Migration):
    """Deliveries are never changed or deleted, and none is posted into a month that is shut."""

    dependencies = [
        ("sales", "0001_initial"),
        ("vehicles", "0002_append_only"),
        ("periods", "0002_refuse_closed"),
    ]

    operations = [
        append_only("sales_retaildelivery"),
        *refuse_posting("sales_retaildelivery", "sales.retail"),
    ]
