from datetime import date
from decimal import Decimal

from django.db import migrations

SINCE = date(2000, 1, 1)
LADDER = (("province_manager", 24), ("region_manager", 48), ("hq_operations", 72))
STAKE = {"unit_value": Decimal("130000"), "annual_rate": Decimal("0.065")}
RULES = (
    {
        "code": "inventory.coefficient_today",
        "label_zh": "今日库存系数预警",
        "label_en": "Inventory coefficient today",
        "kpi": "inventory.coefficient_3m",
        "high": Decimal("1.5"),
        "low": Decimal("0.8"),
        "cooldown_days": 1,
        **STAKE,
    },
    {
        "code": "inventory.aged_share_today",
        "label_zh": "今日长库龄占比预警",
        "label_en": "Share of aged stock today",
        "kpi": "inventory.aged_share",
        "high": Decimal("0.25"),
        "severity": "red",
        "cooldown_days": 7,
        **STAKE,
    },
    {
        "code": "inventory.coefficient_units",
        "label_zh": "区域今日库存系数预警",
        "label_en": "Inventory coefficient of regions today",
        "kpi": "inventory.coefficient_3m",
        "level": "unit",
        "high": Decimal("1.5"),
        "low": Decimal("0.8"),
        "cooldown_days": 7,
        "owner_role": "region_manager",
        **STAKE,
    },
)


def ship(apps, schema_editor):
    rules, steps = apps.get_model("alerts", "AlertRule"), apps.get_model("alerts", "AlertEscalation")
    for values in RULES:
        rule = rules.objects.create(version=1, daily=True, effective_from=SINCE, **values)
        if rule.level == "dealer":
            steps.objects.bulk_create(
                [steps(rule=rule, role=role, after_hours=hours) for role, hours in LADDER]
            )


class Migration(migrations.Migration):
    dependencies = [("alerts", "0005_scopes_and_daily_rules")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
