from datetime import date
from decimal import Decimal

from django.db import migrations


def ship(apps, schema_editor):
    apps.get_model("inventory", "HoldingTerms").objects.create(
        effective_from=date(2000, 1, 1),
        annual_rate=Decimal("0.06"),
        storage_amount=Decimal("200"),
    )


class Migration(migrations.Migration):
    """Six per cent a year on 360 days, 200 yuan of storage a month; insurance and loss of value by choice."""

    dependencies = [("inventory", "0012_holding_terms")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
