from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0009_same_dealer"),
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
                    ("transfer_out", "Transfer out"),
                    ("adjustment", "Adjustment"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
