import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0004_closed_dealer_label"),
        ("inventory", "0006_settle_as_owner"),
    ]

    operations = [
        migrations.CreateModel(
            name="TransferProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_label", models.CharField(max_length=200, verbose_name="from dealer")),
                ("to_label", models.CharField(max_length=200, verbose_name="to dealer")),
                ("vehicle_text", models.CharField(max_length=200, verbose_name="vehicle")),
                ("model_text", models.CharField(blank=True, max_length=200, verbose_name="model")),
                ("colour", models.CharField(blank=True, max_length=60, verbose_name="colour")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for an answer"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                ("proposed_by", models.CharField(max_length=150, verbose_name="proposed by")),
                ("answer_note", models.CharField(blank=True, max_length=300, verbose_name="answer")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered at")),
                ("answered_by", models.CharField(blank=True, max_length=150, verbose_name="answered by")),
                (
                    "from_dealer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealer",
                        verbose_name="from dealer",
                    ),
                ),
                (
                    "to_dealer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealer",
                        verbose_name="to dealer",
                    ),
                ),
                (
                    "transfer",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="inventory.transfer",
                        verbose_name="transfer",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="inventory.stockunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed transfer",
                "verbose_name_plural": "proposed transfers",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("unit",),
                        name="transferproposal_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_dealer", models.F("to_dealer")), _negated=True),
                        name="transferproposal_two_dealers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "accepted"),
                            ("transfer__isnull", True),
                            _connector="XOR",
                        ),
                        name="transferproposal_moved",
                    ),
                ],
            },
        ),
    ]
