from django.db import migrations, models


class Migration(migrations.Migration):
    """What the nightly check of the audit trail found."""

    dependencies = [
        ("core", "0008_refusals"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrailCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("finished_at", models.DateTimeField(verbose_name="finished")),
                ("last_block", models.BigIntegerField(verbose_name="blocks")),
                ("event_count", models.BigIntegerField(verbose_name="events")),
                ("anchor_count", models.PositiveIntegerField(verbose_name="anchors")),
                ("problems", models.JSONField(default=list, verbose_name="problems")),
                ("restores", models.JSONField(default=list, verbose_name="restores")),
            ],
            options={
                "verbose_name": "check of the trail",
                "verbose_name_plural": "checks of the trail",
                "indexes": [models.Index(fields=["-started_at"], name="trailcheck_newest")],
            },
        ),
    ]
