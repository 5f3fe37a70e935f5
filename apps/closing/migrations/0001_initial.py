import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0002_import_engine"),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.DateField(verbose_name="month")),
                ("revision", models.PositiveSmallIntegerField(verbose_name="revision")),
                (
                    "kind",
                    models.CharField(
                        choices=[("interim", "Interim run"), ("close", "Close")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done"), ("cancelled", "Cancelled")],
                        default="running",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("started_by", models.CharField(max_length=150, verbose_name="started by")),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                ("result_hash", models.CharField(blank=True, max_length=64, verbose_name="result hash")),
            ],
            options={
                "verbose_name": "run of a close",
                "verbose_name_plural": "runs of closes",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("period__day", 1)), name="run_first_day"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "running")),
                        fields=("period",),
                        name="run_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("no", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=30)),
                ("part", models.PositiveSmallIntegerField()),
                ("first_dealer", models.BigIntegerField()),
                ("last_dealer", models.BigIntegerField()),
                ("count", models.PositiveIntegerField(null=True)),
                ("leaves", models.BinaryField(default=b"")),
                ("result_hash", models.CharField(blank=True, max_length=64)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.job",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="closing.run"
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a run",
                "verbose_name_plural": "steps of runs",
                "constraints": [models.UniqueConstraint(fields=("run", "no", "part"), name="step_once")],
            },
        ),
    ]
