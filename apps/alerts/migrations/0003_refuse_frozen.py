from django.db import migrations

from apps.metrics.guards import refuse_frozen


class Migration(migrations.Migration):
    dependencies = [("alerts", "0002_default_rule"), ("metrics", "0002_refuse_frozen")]
    operations = refuse_frozen("alerts_alertreading")
