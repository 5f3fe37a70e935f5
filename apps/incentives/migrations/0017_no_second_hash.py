from django.db import migrations


class Migration(migrations.Migration):
    """Back-tests and waivers bear the hash of the document they are about; the version needs no second one."""

    dependencies = [("incentives", "0016_payments")]
    operations = [migrations.RemoveField("policyversion", "checked_sha256")]
