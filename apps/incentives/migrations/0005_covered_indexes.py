import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes go that another one, which begins with the same column, makes superfluous."""

    dependencies = [
        ("incentives", "0004_refuse_frozen_lines"),
    ]

    operations = [
        migrations.AlterField(
            model_name="settlementline",
            name="settlement",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="incentives.settlement",
            ),
        ),
    ]
