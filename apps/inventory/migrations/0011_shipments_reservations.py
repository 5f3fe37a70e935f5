import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import apps.core.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_sealed_files"),
        ("dealers", "0008_same_dealer"),
        ("inventory", "0010_customer_returns"),
        ("vehicles", "0006_covered_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order_no", models.CharField(max_length=60, verbose_name="order number")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("until", models.DateField(null=True, verbose_name="kept until")),
                ("reserved_at", models.DateTimeField(verbose_name="reserved at")),
                ("reserved_by", models.CharField(max_length=150, verbose_name="reserved by")),
                ("released_at", models.DateTimeField(null=True, verbose_name="released at")),
                ("released_by", models.CharField(blank=True, max_length=150, verbose_name="released by")),
                (
                    "release_note",
                    models.CharField(blank=True, max_length=300, verbose_name="reason of the release"),
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
                        related_name="reservations",
                        to="inventory.stockunit",
                        verbose_name="vehicle in stock",
                    ),
                ),
            ],
            options={
                "verbose_name": "reservation",
                "verbose_name_plural": "reservations",
                "indexes": [models.Index(fields=["order_no"], name="reservation_order_no")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at__isnull", True)),
                        fields=("unit",),
                        name="reservation_once",
                    ),
                    apps.core.constraints.SameDealer(name="reservation_unit_own", parent="unit"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=60, verbose_name="source")),
                ("external_id", models.CharField(max_length=200, verbose_name="external number")),
                (
                    "order_no",
                    models.CharField(blank=True, db_default="", max_length=60, verbose_name="order number"),
                ),
                ("vin", models.CharField(blank=True, db_default="", max_length=40, verbose_name="VIN")),
                (
                    "model_text",
                    models.CharField(
                        blank=True, db_default="", max_length=200, verbose_name="model as written"
                    ),
                ),
                (
                    "trim_text",
                    models.CharField(
                        blank=True, db_default="", max_length=200, verbose_name="trim as written"
                    ),
                ),
                ("colour", models.CharField(blank=True, db_default="", max_length=60, verbose_name="colour")),
                (
                    "cost_amount",
                    models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name="cost"),
                ),
                (
                    "is_paid",
                    models.BooleanField(db_default=False, default=False, verbose_name="paid by the dealer"),
                ),
                (
                    "carrier",
                    models.CharField(blank=True, db_default="", max_length=100, verbose_name="carrier"),
                ),
                ("allocated_on", models.DateField(verbose_name="allocated on")),
                ("promised_on", models.DateField(null=True, verbose_name="promised for")),
                ("shipped_on", models.DateField(null=True, verbose_name="shipped on")),
                ("eta_on", models.DateField(null=True, verbose_name="expected on")),
                ("arrived_on", models.DateField(null=True, verbose_name="arrived on")),
                ("cancelled_on", models.DateField(null=True, verbose_name="cancelled on")),
                (
                    "inspection",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("good", "As announced"),
                            ("damaged", "Received with damage"),
                            ("refused", "Not accepted"),
                            ("absent", "Not on the truck"),
                        ],
                        db_default="",
                        max_length=10,
                        verbose_name="inspection",
                    ),
                ),
                (
                    "inspection_note",
                    models.CharField(
                        blank=True, db_default="", max_length=300, verbose_name="what was found"
                    ),
                ),
                (
                    "inspected_by",
                    models.CharField(blank=True, db_default="", max_length=150, verbose_name="inspected by"),
                ),
                ("answer_due_at", models.DateTimeField(null=True, verbose_name="answer due")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered at")),
                (
                    "answered_by",
                    models.CharField(blank=True, db_default="", max_length=150, verbose_name="answered by"),
                ),
                (
                    "answer_note",
                    models.CharField(blank=True, db_default="", max_length=300, verbose_name="answer"),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.importbatch",
                        verbose_name="import",
                    ),
                ),
                (
                    "dealer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealer",
                        verbose_name="dealer",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vehicles.carmodel",
                        verbose_name="model",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments",
                        to="inventory.stockunit",
                        verbose_name="vehicle in stock",
                    ),
                ),
            ],
            options={
                "verbose_name": "shipment",
                "verbose_name_plural": "shipments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("arrived_on__isnull", True), ("cancelled_on__isnull", True)),
                        fields=["dealer", "eta_on"],
                        name="shipment_open",
                    ),
                    models.Index(fields=["dealer", "-allocated_on", "-id"], name="shipment_dealer"),
                    models.Index(
                        condition=models.Q(("order_no", ""), _negated=True),
                        fields=["order_no"],
                        name="shipment_order_no",
                    ),
                    models.Index(
                        condition=models.Q(("vin", ""), _negated=True),
                        fields=["vin"],
                        name="shipment_vin",
                        opclasses=["varchar_pattern_ops"],
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Reverse("vin"), "text_pattern_ops"
                        ),
                        condition=models.Q(("vin", ""), _negated=True),
                        name="shipment_vin_end",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "external_id"), name="shipment_identity"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("vin", ""), _negated=True),
                            ("arrived_on__isnull", True),
                            ("cancelled_on__isnull", True),
                        ),
                        fields=("vin",),
                        name="shipment_one_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("shipped_on__isnull", True),
                            ("arrived_on__isnull", True),
                            ("arrived_on__gte", models.F("shipped_on")),
                            _connector="OR",
                        ),
                        name="shipment_order",
                    ),
                    apps.core.constraints.SameDealer(name="shipment_unit_own", parent="unit"),
                ],
            },
        ),
    ]
