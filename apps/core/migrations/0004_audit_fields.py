import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

NAMED = {
    "action": models.CharField(max_length=80, verbose_name="what"),
    "actor_label": models.CharField(max_length=150, verbose_name="who"),
    "after": models.JSONField(null=True, verbose_name="after"),
    "at": models.DateTimeField(verbose_name="time"),
    "before": models.JSONField(null=True, verbose_name="before"),
    "object_label": models.CharField(blank=True, max_length=200, verbose_name="object"),
    "object_type": models.CharField(max_length=80, verbose_name="kind of object"),
    "on_behalf_of": models.CharField(blank=True, max_length=150, verbose_name="on behalf of"),
    "request_id": models.CharField(blank=True, max_length=36, verbose_name="request id"),
}


class Migration(migrations.Migration):
    """Room for the chain of the audit trail: places and hashes of events, blocks, anchors."""

    dependencies = [("core", "0003_job_request")]

    operations = [
        *(migrations.AlterField("auditevent", name, field) for name, field in NAMED.items()),
        migrations.AddField(
            "auditevent",
            "actor_dealers",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), null=True, size=None
            ),
        ),
        migrations.AddField("auditevent", "block_id", models.BigIntegerField(editable=False, null=True)),
        migrations.AddField("auditevent", "position", models.PositiveIntegerField(editable=False, null=True)),
        migrations.AddField("auditevent", "digest", models.BinaryField(null=True)),
        migrations.AddIndex("auditevent", models.Index(fields=["actor_id", "-id"], name="audit_actor")),
        migrations.AddIndex(
            "auditevent", django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="audit_at")
        ),
        migrations.AddConstraint(
            "auditevent", models.UniqueConstraint(fields=("block_id", "position"), name="audit_place")
        ),
        migrations.CreateModel(
            name="AuditBlock",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(null=True, unique=True)),
                ("rows", models.PositiveIntegerField()),
                ("head", models.BinaryField()),
                ("sealed_at", models.DateTimeField(null=True)),
                ("previous", models.BinaryField(null=True)),
                ("digest", models.BinaryField(null=True)),
            ],
            options={"verbose_name": "audit block", "verbose_name_plural": "audit blocks"},
        ),
        migrations.CreateModel(
            name="AuditAnchor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("seq", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={"verbose_name": "audit anchor", "verbose_name_plural": "audit anchors"},
        ),
    ]
