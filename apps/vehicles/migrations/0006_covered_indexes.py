import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes go that another one, which begins with the same column, makes superfluous."""

    dependencies = [
        ("vehicles", "0005_vin_ends"),
    ]

    operations = [
        migrations.AlterField(
            model_name="custody",
            name="vehicle",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="custodies",
                to="vehicles.vehicle",
            ),
        ),
    ]
