from datetime import date

from django.db import migrations

SPEC = {
    "dimensions": [
        {
            "code": "sales",
            "weight": "50",
            "kpis": [
                {
                    "kpi": "sales.growth_yoy",
                    "weight": "100",
                    "normaliser": "M",
                    "parameters": ["-0.3", "0.3"],
                }
            ],
        },
        {
            "code": "inventory",
            "weight": "30",
            "kpis": [
                {
                    "kpi": "inventory.coefficient",
                    "weight": "100",
                    "normaliser": "Z",
                    "parameters": ["0.4", "0.8", "1.2", "2.5"],
                }
            ],
        },
        {
            "code": "discipline",
            "weight": "20",
            "kpis": [
                {
                    "kpi": "metrics.feeds_on_time_rate",
                    "weight": "100",
                    "normaliser": "T",
                    "target": "1",
                }
            ],
        },
    ]
}


def ship(apps, schema_editor):
    apps.get_model("health", "ScorecardVersion").objects.create(
        code="default",
        version=1,
        label_zh="健康度（销售、库存、纪律）",
        label_en="Health (sales, inventory, discipline)",
        spec=SPEC,
        effective_from=date(2000, 1, 1),
    )


class Migration(migrations.Migration):
    dependencies = [("health", "0001_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
