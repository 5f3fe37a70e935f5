import json
from pathlib import Path

from django.conf import settings
from django.db import migrations

CHART = "reference/common_accounts.json"


def load(apps, schema_editor) -> None:
    rows = json.loads((Path(settings.BASE_DIR) / CHART).read_text(encoding="utf-8"))
    model = apps.get_model("finance", "CommonAccount")
    model.objects.bulk_create([model(**row) for row in rows], ignore_conflicts=True)


class Migration(migrations.Migration):
    """Ship the usual chart of accounts of a dealer, mapped to the lines of the statement."""

    dependencies = [("finance", "0001_statements")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
