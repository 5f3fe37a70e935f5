import django.db.models.deletion
from django.db import migrations, models

import apps.core.constraints


class Migration(migrations.Migration):
    """A delivery is taken back by a delivery of the same dealer, as a key that says so."""

    dependencies = [
        ("core", "0007_self_tests"),
        ("dealers", "0006_contacts"),
        ("sales", "0005_covered_indexes"),
        ("vehicles", "0006_covered_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="retaildelivery",
            name="reverses",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="sales.retaildelivery",
            ),
        ),
        migrations.AddConstraint(
            model_name="retaildelivery",
            constraint=models.UniqueConstraint(fields=("id", "dealer"), name="retaildelivery_dealer_key"),
        ),
        migrations.AddConstraint(
            model_name="retaildelivery",
            constraint=apps.core.constraints.SameDealer(
                name="retaildelivery_reverses_own", parent="reverses"
            ),
        ),
    ]
