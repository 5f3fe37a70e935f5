from datetime import time

from django.db import migrations

TIMES = (time(8), time(11), time(14), time(18))


def add(apps, schema_editor):
    model = apps.get_model("work", "DigestTime")
    for at in TIMES:
        model.objects.get_or_create(at=at)


class Migration(migrations.Migration):
    dependencies = [("work", "0001_notices_todos_approvals")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
