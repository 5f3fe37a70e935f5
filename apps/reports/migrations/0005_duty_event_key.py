from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_submission_reviewer")]

    operations = [
        migrations.AddField("duty", "event_key", models.CharField(blank=True, db_default="", max_length=120)),
        migrations.AddIndex(
            "duty", models.Index(fields=["event_key"], name="duty_event", condition=~Q(event_key=""))
        ),
    ]
