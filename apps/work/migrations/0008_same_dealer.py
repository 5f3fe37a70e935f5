from django.conf import settings
from django.db import migrations, models

import apps.core.constraints


class Migration(migrations.Migration):
    """The outlet of an activity, and the activity of a finding, belong to the same dealer."""

    dependencies = [
        ("dealers", "0008_same_dealer"),
        ("work", "0007_activity_rank"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.UniqueConstraint(fields=("id", "dealer"), name="activity_dealer_key"),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=apps.core.constraints.SameDealer(name="activity_outlet_own", parent="outlet"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=apps.core.constraints.SameDealer(name="finding_activity_own", parent="activity"),
        ),
    ]
