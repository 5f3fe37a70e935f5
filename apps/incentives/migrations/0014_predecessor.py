from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("incentives", "0013_guard_and_texts"),
    ]

    operations = [
        migrations.RenameField("policyversion", "based_on", "predecessor"),
    ]
