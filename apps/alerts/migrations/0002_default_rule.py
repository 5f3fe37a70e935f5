from datetime import date
from decimal import Decimal

from django.db import migrations


def ship(apps, schema_editor):
    apps.get_model("alerts", "AlertRule").objects.create(
        code="inventory.coefficient",
        version=1,
        label_zh="库存系数预警",
        label_en="Inventory coefficient",
        kpi="inventory.coefficient",
        high=Decimal("1.5"),
        low=Decimal("0.8"),
        severity="amber",
        unit_value=Decimal("130000"),
        annual_rate=Decimal("0.065"),
        effective_from=date(2000, 1, 1),
    )


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
