from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_shipped_profiles")]

    operations = [
        migrations.RemoveIndex(
            model_name="stockunit",
            name="stockunit_vin",
        ),
        migrations.AddIndex(
            model_name="stockunit",
            index=models.Index(
                condition=models.Q(("vin", ""), _negated=True),
                fields=["vin"],
                name="stockunit_vin",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="stockunit",
            index=models.Index(
                OpClass(Reverse("vin"), "text_pattern_ops"),
                condition=models.Q(("vin", ""), _negated=True),
                name="stockunit_vin_end",
            ),
        ),
    ]
