from django.db import migrations, models


class Migration(migrations.Migration):
    """Answers are kept as they were sent: JSONB forgets the order of keys."""

    dependencies = [("core", "0011_sealed_files")]

    operations = [
        migrations.AlterField(
            model_name="idempotentrequest",
            name="answer",
            field=models.TextField(),
        ),
    ]
