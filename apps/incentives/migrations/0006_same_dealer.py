import django.db.models.deletion
from django.db import migrations, models

import apps.core.constraints

# A line says itself whose it is. Its guards would refuse that in frozen revisions, where no figure changes.
OWN_DEALER = """
ALTER TABLE incentives_settlementline ADD COLUMN dealer_id bigint;
ALTER TABLE incentives_settlementline DISABLE TRIGGER USER;
UPDATE incentives_settlementline AS l SET dealer_id = s.dealer_id
  FROM incentives_settlement AS s WHERE s.id = l.settlement_id;
ALTER TABLE incentives_settlementline ENABLE TRIGGER USER;
ALTER TABLE incentives_settlementline ALTER COLUMN dealer_id SET NOT NULL
"""


class Migration(migrations.Migration):
    """A line of a settlement names the dealer of the settlement and of the delivery, which are the same."""

    dependencies = [
        ("dealers", "0006_contacts"),
        ("incentives", "0005_covered_indexes"),
        ("sales", "0006_same_dealer"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(OWN_DEALER, "ALTER TABLE incentives_settlementline DROP COLUMN dealer_id")
            ],
            state_operations=[
                migrations.AddField(
                    "settlementline",
                    "dealer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealer",
                    ),
                )
            ],
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="delivery",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="sales.retaildelivery",
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="settlement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="incentives.settlement",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.UniqueConstraint(fields=("id", "dealer"), name="settlement_dealer"),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=apps.core.constraints.SameDealer(
                name="settlementline_settlement_own", parent="settlement"
            ),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=apps.core.constraints.SameDealer(
                name="settlementline_delivery_own", parent="delivery"
            ),
        ),
    ]
