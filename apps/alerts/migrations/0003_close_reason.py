from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0002_default_rule")]

    operations = [
        migrations.AddField(
            model_name="alertepisode",
            name="close_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("rule_ended", "The rule was switched off"),
                    ("rule_replaced", "The rule was replaced by a new version"),
                    ("not_read", "The dealer or the KPI is no longer computed"),
                    ("unfounded", "The month was read again and nothing lay beyond the limit"),
                ],
                max_length=16,
                verbose_name="why it was closed",
            ),
        ),
    ]
