from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0016_life_agreements"),
    ]

    operations = [
        migrations.AlterField(
            model_name="countsheet",
            name="missing_units",
            field=models.PositiveIntegerField(default=0, verbose_name="vehicles missing"),
        ),
        migrations.AlterField(
            model_name="transferproposal",
            name="state",
            field=models.CharField(
                choices=[
                    ("suggested", "To be confirmed by the giver"),
                    ("proposed", "Waiting for an answer"),
                    ("agreed", "Agreed, to be sent"),
                    ("shipped", "On the way"),
                    ("accepted", "Accepted"),
                    ("declined", "Declined"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="proposed",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
