from django.db import migrations, models


class Migration(migrations.Migration):
    """An unpublished run is taken away without a look at every line there is for each of its own."""

    dependencies = [("incentives", "0018_cars_outside")]
    operations = [
        migrations.AddIndex(
            "statementline",
            models.Index(
                fields=["origin"], name="rebateline_origin", condition=models.Q(origin__isnull=False)
            ),
        )
    ]
