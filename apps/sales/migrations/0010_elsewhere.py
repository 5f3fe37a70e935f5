from django.db import migrations, models


class Migration(migrations.Migration):
    """Deliveries of cars that another store had reported are marked, so that such cars are found at once."""

    dependencies = [("sales", "0009_shares")]

    operations = [
        migrations.AddField(
            model_name="retaildelivery",
            name="elsewhere",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="reported by another store before"
            ),
        ),
        migrations.AddIndex(
            model_name="retaildelivery",
            index=models.Index(
                condition=models.Q(elsewhere=True), fields=["vin"], name="retaildelivery_elsewhere"
            ),
        ),
    ]
