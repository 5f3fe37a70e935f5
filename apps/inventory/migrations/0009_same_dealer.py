import django.db.models.deletion
from django.db import migrations, models

import apps.core.constraints


class Migration(migrations.Migration):
    """What a movement, a transfer or an offer points to belongs to the same dealer, as a key that says so."""

    dependencies = [
        ("core", "0007_self_tests"),
        ("dealers", "0006_contacts"),
        ("inventory", "0008_transfer_labels"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stockmovement",
            name="reverses",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="inventory.stockmovement",
            ),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="inventory.stockunit",
            ),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="unit_in",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfer_in",
                to="inventory.stockunit",
            ),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="unit_out",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers_out",
                to="inventory.stockunit",
            ),
        ),
        migrations.AlterField(
            model_name="transferproposal",
            name="transfer",
            field=models.OneToOneField(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposal",
                to="inventory.transfer",
                verbose_name="transfer",
            ),
        ),
        migrations.AlterField(
            model_name="transferproposal",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposals",
                to="inventory.stockunit",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.UniqueConstraint(fields=("id", "dealer"), name="stockmovement_dealer_key"),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=apps.core.constraints.SameDealer(name="stockmovement_reverses_own", parent="reverses"),
        ),
        migrations.SeparateDatabaseAndState(  # the data base has it since 0002
            state_operations=[
                migrations.AddConstraint(
                    model_name="stockmovement",
                    constraint=apps.core.constraints.SameDealer(
                        name="stockmovement_same_dealer", parent="unit"
                    ),
                ),
            ]
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=apps.core.constraints.SameDealer(
                dealers={"from_dealer": "dealer"}, name="transfer_unit_out_own", parent="unit_out"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=apps.core.constraints.SameDealer(
                dealers={"to_dealer": "dealer"}, name="transfer_unit_in_own", parent="unit_in"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                fields=("id", "from_dealer", "to_dealer"), name="transfer_dealers"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferproposal",
            constraint=apps.core.constraints.SameDealer(
                dealers={"from_dealer": "dealer"}, name="transferproposal_unit_own", parent="unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferproposal",
            constraint=apps.core.constraints.SameDealer(
                dealers={"from_dealer": "from_dealer", "to_dealer": "to_dealer"},
                name="transferproposal_transfer_own",
                parent="transfer",
            ),
        ),
    ]
