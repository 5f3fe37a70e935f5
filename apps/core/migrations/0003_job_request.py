from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_import_engine")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="request_id",
            field=models.CharField(blank=True, max_length=36),
        ),
    ]
