from django.db import migrations

import apps.core.pii


class Migration(migrations.Migration):
    """The mobile number of a user, encrypted, found by a keyed hash."""

    dependencies = [
        ("accounts", "0004_former_passwords"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="mobile",
            field=apps.core.pii.PiiField(blank=True, mask="mobile", null=True, verbose_name="mobile"),
        ),
        migrations.AddField(
            model_name="user",
            name="mobile_key",
            field=apps.core.pii.PiiKeyField(source="mobile"),
        ),
    ]
