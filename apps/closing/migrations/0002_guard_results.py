from django.db import migrations

from apps.metrics.guards import refuse_frozen


class Migration(migrations.Migration):
    """What a close wrote beside the monthly store is frozen with it: health scores and alert readings."""

    dependencies = [
        ("closing", "0001_initial"),
        ("metrics", "0002_refuse_frozen"),
        ("health", "0001_initial"),
        ("alerts", "0001_initial"),
    ]

    operations = [*refuse_frozen("health_healthscore"), *refuse_frozen("alerts_alertreading")]
