from django.db import migrations

from apps.metrics.guards import refuse_frozen


class Migration(migrations.Migration):
    dependencies = [("health", "0002_default_scorecard"), ("metrics", "0002_refuse_frozen")]
    operations = refuse_frozen("health_healthscore")
