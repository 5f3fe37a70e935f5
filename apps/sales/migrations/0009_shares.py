from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    """A car that several stores sold together counts at each for a share; every other one in full."""

    dependencies = [("sales", "0008_evidence_append_only")]

    operations = [
        migrations.AddField(
            model_name="retaildelivery",
            name="credit",
            field=models.DecimalField(
                db_default=Decimal(1),
                decimal_places=6,
                default=Decimal(1),
                max_digits=7,
                verbose_name="share of the car",
            ),
        ),
        migrations.AddConstraint(
            model_name="retaildelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(credit__gt=0, credit__lte=1), name="retaildelivery_credit"
            ),
        ),
    ]
