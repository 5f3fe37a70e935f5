import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def rank():
    return models.PositiveSmallIntegerField(default=2, editable=False)


def of_unit():
    return models.ForeignKey(
        default=1, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dealers.orgunit"
    )


def of_user():
    return models.ForeignKey(
        default=1,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0006_remarks_filters_corrections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("activity", "rank", rank()),
        migrations.AddField("finding", "rank", rank()),
        migrations.AddField("activityphoto", "rank", rank()),
        migrations.AddField("bulletin", "rank", rank()),
        migrations.AddField("bulletinreceipt", "rank", rank()),
        migrations.AddField("activityphoto", "unit", of_unit(), preserve_default=False),
        migrations.AddField("activityphoto", "person", of_user(), preserve_default=False),
        migrations.AddField("bulletinreceipt", "author", of_user(), preserve_default=False),
        migrations.AlterField(
            "bulletin", "author_label", models.CharField(max_length=150, verbose_name="published by")
        ),
    ]
