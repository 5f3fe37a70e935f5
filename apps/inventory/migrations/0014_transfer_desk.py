import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_sealed_files"),
        ("dealers", "0008_same_dealer"),
        ("inventory", "0013_default_holding_terms"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="transferproposal",
            name="transferproposal_open",
        ),
        migrations.AddField(
            model_name="transfer",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.importbatch",
                verbose_name="import",
            ),
        ),
        migrations.AddField(
            model_name="transferproposal",
            name="carrier",
            field=models.CharField(blank=True, db_default="", max_length=100, verbose_name="carrier"),
        ),
        migrations.AddField(
            model_name="transferproposal",
            name="damage_note",
            field=models.CharField(
                blank=True, db_default="", max_length=300, verbose_name="damage on arrival"
            ),
        ),
        migrations.AddField(
            model_name="transferproposal",
            name="eta_on",
            field=models.DateField(null=True, verbose_name="expected on"),
        ),
        migrations.AddField(
            model_name="transferproposal",
            name="lot",
            field=models.CharField(
                blank=True, db_default="", max_length=20, verbose_name="proposed together"
            ),
        ),
        migrations.AddField(
            model_name="transferproposal",
            name="shipped_on",
            field=models.DateField(null=True, verbose_name="shipped on"),
        ),
        migrations.AlterField(
            model_name="transferproposal",
            name="state",
            field=models.CharField(
                choices=[
                    ("suggested", "Suggested"),
                    ("proposed", "Waiting for an answer"),
                    ("agreed", "Agreed, to be sent"),
                    ("shipped", "On the way"),
                    ("accepted", "Accepted"),
                    ("declined", "Declined"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="proposed",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="transferproposal",
            index=models.Index(
                condition=models.Q(("lot", ""), _negated=True), fields=["lot"], name="transferproposal_lot"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["agreed", "proposed", "shipped", "suggested"])),
                fields=("unit",),
                name="transferproposal_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "shipped"), _negated=True),
                    ("shipped_on__isnull", False),
                    _connector="OR",
                ),
                name="transferproposal_shipped",
            ),
        ),
    ]
