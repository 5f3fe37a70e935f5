from django.db import migrations, models

import apps.incentives.rules.settling


class Migration(migrations.Migration):
    dependencies = [
        ("incentives", "0011_frozen_statements"),
    ]

    operations = [
        migrations.AlterField(
            model_name="settlementrun",
            name="kind",
            field=models.CharField(
                choices=[
                    (apps.incentives.rules.settling.RunKind["INTERIM"], "Interim"),
                    (apps.incentives.rules.settling.RunKind["FINAL"], "Final settlement"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
