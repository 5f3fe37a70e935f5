from django.db import migrations

from apps.metrics.guards import refuse_frozen


class Migration(migrations.Migration):
    dependencies = [("incentives", "0002_default_programme"), ("metrics", "0002_refuse_frozen")]
    operations = refuse_frozen("incentives_settlement")
