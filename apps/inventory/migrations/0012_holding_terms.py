from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0011_shipments_reservations"),
    ]

    operations = [
        migrations.CreateModel(
            name="HoldingTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("effective_from", models.DateField(unique=True, verbose_name="effective from")),
                (
                    "annual_rate",
                    models.DecimalField(
                        decimal_places=6,
                        default=Decimal("0"),
                        max_digits=12,
                        verbose_name="floor-plan rate a year",
                    ),
                ),
                (
                    "free_days",
                    models.PositiveSmallIntegerField(default=0, verbose_name="days free of interest"),
                ),
                (
                    "year_days",
                    models.PositiveSmallIntegerField(
                        choices=[(360, "ACT/360"), (365, "ACT/365")], default=360, verbose_name="day count"
                    ),
                ),
                (
                    "storage_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=10,
                        verbose_name="storage of a vehicle a month (yuan)",
                    ),
                ),
                (
                    "insurance_rate",
                    models.DecimalField(
                        decimal_places=6,
                        default=Decimal("0"),
                        max_digits=12,
                        verbose_name="insurance a year (share of cost)",
                    ),
                ),
                (
                    "depreciation_rate",
                    models.DecimalField(
                        decimal_places=6,
                        default=Decimal("0"),
                        max_digits=12,
                        verbose_name="loss of value a year (share of cost)",
                    ),
                ),
            ],
            options={
                "verbose_name": "terms of holding stock",
                "verbose_name_plural": "terms of holding stock",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("annual_rate__gte", 0), ("annual_rate__lt", 1)),
                        name="holdingterms_rate_is_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year_days__in", [360, 365])), name="holdingterms_day_count"
                    ),
                ],
            },
        ),
    ]
