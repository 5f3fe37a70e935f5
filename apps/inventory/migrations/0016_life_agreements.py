import django.db.models.deletion
from django.db import migrations, models

import apps.core.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0008_same_dealer"),
        ("inventory", "0015_stock_counts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stockmovement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opening", "Opening stock"),
                    ("receipt", "Receipt"),
                    ("transfer_in", "Transfer in"),
                    ("return", "Customer return"),
                    ("retail", "Retail"),
                    ("wholesale_out", "Wholesale out"),
                    ("buy_back", "Bought back"),
                    ("transfer_out", "Transfer out"),
                    ("adjustment", "Adjustment"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="AgedAction",
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
                        choices=[("promotion", "Promotion"), ("task", "Task")],
                        max_length=10,
                        verbose_name="kind of action",
                    ),
                ),
                ("plan", models.CharField(max_length=300, verbose_name="plan")),
                ("due_on", models.DateField(verbose_name="to be gone by")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("created_by", models.CharField(max_length=150, verbose_name="created by")),
                ("done_on", models.DateField(null=True, verbose_name="done on")),
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
                "verbose_name": "action on aged stock",
                "verbose_name_plural": "actions on aged stock",
            },
        ),
        migrations.AddConstraint(
            model_name="agedaction",
            constraint=models.UniqueConstraint(fields=("id", "dealer"), name="agedaction_dealer"),
        ),
        migrations.CreateModel(
            name="AgedActionUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="inventory.agedaction",
                    ),
                ),
                (
                    "dealer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dealers.dealer"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.stockunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "vehicle of an action on aged stock",
                "verbose_name_plural": "vehicles of actions on aged stock",
            },
        ),
        migrations.AddField(
            model_name="agedaction",
            name="units",
            field=models.ManyToManyField(
                related_name="aged_actions", through="inventory.AgedActionUnit", to="inventory.stockunit"
            ),
        ),
        migrations.CreateModel(
            name="BuyBackAgreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="agreement number")),
                ("terms", models.TextField(max_length=2000, verbose_name="terms")),
                (
                    "minimum_age_days",
                    models.PositiveSmallIntegerField(default=0, verbose_name="from this age (days)"),
                ),
                (
                    "price_rate",
                    models.DecimalField(decimal_places=6, max_digits=8, verbose_name="price (share of cost)"),
                ),
                (
                    "limit_units",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="at most (vehicles)"),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("is_cancelled", models.BooleanField(default=False, verbose_name="cancelled")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("created_by", models.CharField(max_length=150, verbose_name="created by")),
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
                "verbose_name": "buy-back agreement",
                "verbose_name_plural": "buy-back agreements",
            },
        ),
        migrations.AddConstraint(
            model_name="buybackagreement",
            constraint=models.UniqueConstraint(fields=("id", "dealer"), name="buybackagreement_dealer"),
        ),
        migrations.CreateModel(
            name="BuyBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bought_on", models.DateField(verbose_name="bought back on")),
                (
                    "price_amount",
                    models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name="price"),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("recorded_by", models.CharField(max_length=150, verbose_name="recorded by")),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.stockunit",
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vehicles",
                        to="inventory.buybackagreement",
                    ),
                ),
            ],
            options={
                "verbose_name": "vehicle bought back",
                "verbose_name_plural": "vehicles bought back",
            },
        ),
        migrations.CreateModel(
            name="FloorPlanLoan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lender", models.CharField(max_length=100, verbose_name="lender")),
                ("number", models.CharField(max_length=100, verbose_name="contract number")),
                (
                    "principal_amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="principal"),
                ),
                (
                    "annual_rate",
                    models.DecimalField(decimal_places=6, max_digits=8, verbose_name="rate a year"),
                ),
                (
                    "free_days",
                    models.PositiveSmallIntegerField(default=0, verbose_name="days free of interest"),
                ),
                ("started_on", models.DateField(verbose_name="from")),
                ("ended_on", models.DateField(null=True, verbose_name="repaid on")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loans",
                        to="inventory.stockunit",
                        verbose_name="vehicle in stock",
                    ),
                ),
            ],
            options={
                "verbose_name": "floor-plan loan",
                "verbose_name_plural": "floor-plan loans",
            },
        ),
        migrations.CreateModel(
            name="UnitMark",
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
                            ("stop_sale", "Stop sale"),
                            ("test_drive", "Test-drive car"),
                            ("display", "Display car"),
                            ("certificate", "Certificate"),
                            ("location", "Location"),
                        ],
                        max_length=12,
                        verbose_name="kind of mark",
                    ),
                ),
                ("value", models.CharField(blank=True, db_default="", max_length=100, verbose_name="what")),
                (
                    "reason",
                    models.CharField(blank=True, db_default="", max_length=300, verbose_name="reason"),
                ),
                ("valid_from", models.DateField(verbose_name="from")),
                ("valid_to", models.DateField(null=True, verbose_name="to")),
                ("set_at", models.DateTimeField(verbose_name="set at")),
                ("set_by", models.CharField(max_length=150, verbose_name="set by")),
                (
                    "ended_by",
                    models.CharField(blank=True, db_default="", max_length=150, verbose_name="ended by"),
                ),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="inventory.stockunit",
                        verbose_name="vehicle in stock",
                    ),
                ),
            ],
            options={
                "verbose_name": "fact about a vehicle in stock",
                "verbose_name_plural": "facts about vehicles in stock",
            },
        ),
        migrations.AddConstraint(
            model_name="agedactionunit",
            constraint=models.UniqueConstraint(fields=("action", "unit"), name="agedactionunit_once"),
        ),
        migrations.AddConstraint(
            model_name="agedactionunit",
            constraint=apps.core.constraints.SameDealer(name="agedactionunit_action_own", parent="action"),
        ),
        migrations.AddConstraint(
            model_name="agedactionunit",
            constraint=apps.core.constraints.SameDealer(name="agedactionunit_unit_own", parent="unit"),
        ),
        migrations.AddConstraint(
            model_name="buybackagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="buybackagreement_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="buybackagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_rate__gt", 0), ("price_rate__lte", 2)),
                name="buybackagreement_price",
            ),
        ),
        migrations.AddConstraint(
            model_name="buyback",
            constraint=apps.core.constraints.SameDealer(name="buyback_agreement_own", parent="agreement"),
        ),
        migrations.AddConstraint(
            model_name="buyback",
            constraint=apps.core.constraints.SameDealer(name="buyback_unit_own", parent="unit"),
        ),
        migrations.AddConstraint(
            model_name="floorplanloan",
            constraint=models.UniqueConstraint(
                fields=("unit", "lender", "number"), name="floorplanloan_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="floorplanloan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("annual_rate__gte", 0), ("annual_rate__lt", 1), ("principal_amount__gt", 0)
                ),
                name="floorplanloan_sound",
            ),
        ),
        migrations.AddConstraint(
            model_name="floorplanloan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True), ("ended_on__gte", models.F("started_on")), _connector="OR"
                ),
                name="floorplanloan_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="floorplanloan",
            constraint=apps.core.constraints.SameDealer(name="floorplanloan_unit_own", parent="unit"),
        ),
        migrations.AddConstraint(
            model_name="unitmark",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to__isnull", True)), fields=("unit", "kind"), name="unitmark_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="unitmark",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="unitmark_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitmark",
            constraint=apps.core.constraints.SameDealer(name="unitmark_unit_own", parent="unit"),
        ),
    ]
