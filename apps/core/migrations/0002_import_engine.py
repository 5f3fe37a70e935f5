import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Staged rows keyed by batch, output and row; profiles owned by a dealer or by headquarters."""

    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.DeleteModel("ImportRow"),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id",
                        "output",
                        "row_no",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("output", models.PositiveSmallIntegerField(default=0)),
                ("row_no", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=80)),
                ("key", models.CharField(blank=True, max_length=300)),
                ("data", models.JSONField()),
                ("errors", models.JSONField(default=list)),
                ("warnings", models.JSONField(default=list)),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="core.importbatch",
                    ),
                ),
            ],
            options={"verbose_name": "import row", "verbose_name_plural": "import rows"},
        ),
        migrations.RemoveConstraint("mappingprofile", "mappingprofile_kind_name"),
        migrations.AddField("mappingprofile", "dealer_id", models.BigIntegerField(null=True)),
        migrations.AddField("mappingprofile", "header", models.JSONField(default=list)),
        migrations.AddField("mappingprofile", "header_key", models.CharField(blank=True, max_length=64)),
        migrations.AddConstraint(
            "mappingprofile",
            models.UniqueConstraint(
                fields=("kind", "dealer_id", "name"),
                nulls_distinct=False,
                name="mappingprofile_kind_name",
            ),
        ),
        migrations.AddIndex(
            "mappingprofile", models.Index(fields=["header_key"], name="mappingprofile_header")
        ),
        migrations.AddField(
            "importbatch",
            "mode",
            models.CharField(
                blank=True,
                choices=[("all", "All or nothing"), ("good", "Only good rows")],
                max_length=4,
            ),
        ),
        migrations.AlterField(
            "importbatch",
            "profile",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to="core.mappingprofile"
            ),
        ),
        migrations.AddIndex(
            "importbatch", models.Index(fields=["-created_at", "-id"], name="importbatch_newest")
        ),
        migrations.AddIndex(
            "importbatch", models.Index(fields=["dealer_id", "-id"], name="importbatch_dealer")
        ),
    ]
