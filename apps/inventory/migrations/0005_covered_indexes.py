import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes go that another one, which begins with the same column, makes superfluous."""

    dependencies = [
        ("dealers", "0004_closed_dealer_label"),
        ("inventory", "0004_vin_ends"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stockmovement",
            name="dealer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dealers.dealer",
                verbose_name="dealer",
            ),
        ),
        migrations.AlterField(
            model_name="stockunit",
            name="dealer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dealers.dealer",
                verbose_name="dealer",
            ),
        ),
    ]
