from django.db import migrations, models


class Migration(migrations.Migration):
    """People put the visits of a day in order."""

    dependencies = [("work", "0011_lists_have_organisers")]

    operations = [
        migrations.AddField(
            "activity",
            "route_no",
            models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="place on the route"),
        )
    ]
