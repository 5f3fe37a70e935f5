import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dealers", "0008_same_dealer"), ("work", "0013_webhooks")]

    operations = [
        migrations.AddField(
            model_name="webhook",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dealers.dealer",
                verbose_name="owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("owner__isnull", True),
                    models.Q(("dealer__isnull", False), ("owner", models.F("dealer"))),
                    _connector="OR",
                ),
                name="webhook_own_events",
            ),
        ),
    ]
