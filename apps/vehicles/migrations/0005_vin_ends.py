from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    dependencies = [("vehicles", "0004_custody_once")]

    operations = [
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(
                OpClass(Reverse("vin"), "text_pattern_ops"),
                name="vehicle_vin_end",
            ),
        ),
    ]
