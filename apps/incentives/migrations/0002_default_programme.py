from datetime import date

from django.db import migrations

TIERS = [
    {"from": "0", "rate": "0.005"},
    {"from": "0.05", "rate": "0.008"},
    {"from": "0.1", "rate": "0.012"},
    {"from": "0.2", "rate": "0.015"},
]


def ship(apps, schema_editor):
    programme = apps.get_model("incentives", "Programme").objects.create(
        code="quarterly_growth", label_zh="季度同比增长返利", label_en="Quarterly growth rebate"
    )
    apps.get_model("incentives", "ProgrammeVersion").objects.create(
        programme=programme,
        version=1,
        type="growth_cliff",
        params={"tiers": TIERS},
        effective_from=date(2000, 1, 1),
    )


class Migration(migrations.Migration):
    dependencies = [("incentives", "0001_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
