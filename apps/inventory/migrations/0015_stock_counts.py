import django.db.models.deletion
from django.db import migrations, models

import apps.core.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0008_same_dealer"),
        ("inventory", "0014_transfer_desk"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("monthly", "Monthly count"),
                            ("three_day", "Check every three days"),
                            ("warehouse", "Warehouse check"),
                        ],
                        max_length=10,
                        verbose_name="kind of count",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Being counted"),
                            ("variance", "To be explained"),
                            ("asked", "Waiting for approval"),
                            ("closed", "Finished"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("book_units", models.PositiveIntegerField(verbose_name="in the book")),
                ("found_units", models.PositiveIntegerField(default=0, verbose_name="found")),
                ("missing_units", models.PositiveIntegerField(default=0, verbose_name="missing")),
                ("surplus_units", models.PositiveIntegerField(default=0, verbose_name="surplus")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("opened_by", models.CharField(max_length=150, verbose_name="opened by")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="counted at")),
                ("finished_by", models.CharField(blank=True, max_length=150, verbose_name="counted by")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="finished at")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "dealer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealer",
                        verbose_name="dealer",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock count",
                "verbose_name_plural": "stock counts",
            },
        ),
        migrations.CreateModel(
            name="CountLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vin", models.CharField(blank=True, max_length=40, verbose_name="VIN")),
                ("vehicle_text", models.CharField(max_length=200, verbose_name="vehicle")),
                ("model_text", models.CharField(blank=True, max_length=200, verbose_name="model")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("found", "Found"),
                            ("wrong_place", "In the wrong place"),
                            ("missing", "Missing"),
                            ("surplus", "Surplus"),
                        ],
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=100, verbose_name="where it stood")),
                ("lacks_certificate", models.BooleanField(default=False, verbose_name="certificate missing")),
                ("found_at", models.DateTimeField(null=True, verbose_name="found at")),
                ("explanation", models.CharField(blank=True, max_length=300, verbose_name="explanation")),
                ("is_adjusted", models.BooleanField(default=False, verbose_name="to be adjusted")),
                (
                    "dealer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealer",
                        verbose_name="dealer",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.stockunit",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="inventory.countsheet",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a count",
                "verbose_name_plural": "lines of a count",
            },
        ),
        migrations.AddIndex(
            model_name="countsheet",
            index=models.Index(fields=["dealer", "-day", "-id"], name="countsheet_newest"),
        ),
        migrations.AddConstraint(
            model_name="countsheet",
            constraint=models.UniqueConstraint(fields=("id", "dealer"), name="countsheet_dealer"),
        ),
        migrations.AddConstraint(
            model_name="countsheet",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("dealer", "kind"), name="countsheet_open"
            ),
        ),
        migrations.AddIndex(
            model_name="countline",
            index=models.Index(fields=["sheet", "result"], name="countline_result"),
        ),
        migrations.AddConstraint(
            model_name="countline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("unit__isnull", False)), fields=("sheet", "unit"), name="countline_unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="countline",
            constraint=apps.core.constraints.SameDealer(name="countline_sheet_own", parent="sheet"),
        ),
        migrations.AddConstraint(
            model_name="countline",
            constraint=apps.core.constraints.SameDealer(name="countline_unit_own", parent="unit"),
        ),
    ]
