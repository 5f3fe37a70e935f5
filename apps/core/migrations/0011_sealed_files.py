from django.db import migrations, models


class Migration(migrations.Migration):
    """Files that hold personal data are kept sealed."""

    dependencies = [
        ("core", "0010_file_unit"),
    ]

    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="sealed",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
