from django.db import migrations, models


class Migration(migrations.Migration):
    """An outlet can be named together with its dealer."""

    dependencies = [
        ("dealers", "0007_positions"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.UniqueConstraint(fields=("id", "dealer"), name="outlet_dealer"),
        ),
    ]
