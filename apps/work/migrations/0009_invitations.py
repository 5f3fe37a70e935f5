import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REPLIES = [("", "No reply yet"), ("coming", "Comes"), ("declined", "Cannot come")]


class Migration(migrations.Migration):
    """People on the list of a meeting are invited and answer."""

    dependencies = [
        ("work", "0008_same_dealer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "attendance",
            "person",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="invited by",
            ),
        ),
        migrations.AddField("attendance", "held_on", models.DateField(null=True, verbose_name="day")),
        migrations.AddField(
            "attendance", "rank", models.PositiveSmallIntegerField(default=2, editable=False)
        ),
        migrations.AddField(
            "attendance", "title", models.CharField(blank=True, max_length=150, verbose_name="meeting")
        ),
        migrations.AddField("attendance", "held_time", models.TimeField(null=True, verbose_name="time")),
        migrations.AddField(
            "attendance", "place", models.CharField(blank=True, max_length=200, verbose_name="place")
        ),
        migrations.AddField(
            "attendance", "message", models.CharField(blank=True, max_length=1000, verbose_name="message")
        ),
        migrations.AddField(
            "attendance", "invited_at", models.DateTimeField(null=True, verbose_name="invited at")
        ),
        migrations.AddField(
            "attendance",
            "reply",
            models.CharField(choices=REPLIES, default="", max_length=10, verbose_name="reply"),
        ),
        migrations.AddField(
            "attendance", "reason", models.CharField(blank=True, max_length=300, verbose_name="reason")
        ),
        migrations.AddField(
            "attendance", "replied_at", models.DateTimeField(null=True, verbose_name="replied at")
        ),
        migrations.AddField(
            "attendance", "called_off_at", models.DateTimeField(null=True, verbose_name="called off at")
        ),
        migrations.AlterField(
            "attendance",
            "user",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="account",
            ),
        ),
        migrations.AlterField(
            "attendance",
            "dealer",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dealers.dealer",
                verbose_name="dealer",
            ),
        ),
        migrations.AddConstraint(
            "attendance",
            models.UniqueConstraint(
                fields=["activity", "user"],
                name="attendance_user_once",
                condition=models.Q(user__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            "attendance",
            models.CheckConstraint(
                condition=~models.Q(reply="declined") | ~models.Q(reason=""), name="attendance_declined_why"
            ),
        ),
        migrations.AddConstraint(
            "attendance",
            models.CheckConstraint(
                condition=models.Q(reply="") | models.Q(user__isnull=False, replied_at__isnull=False),
                name="attendance_reply_of_invited",
            ),
        ),
        migrations.AddIndex("attendance", models.Index(fields=["user", "-held_on"], name="attendance_user")),
    ]
