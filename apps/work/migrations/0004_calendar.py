from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("work", "0003_activities")]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="day")),
                (
                    "kind",
                    models.CharField(
                        choices=[("off", "Holiday"), ("work", "Make-up working day")],
                        max_length=4,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=40, verbose_name="occasion")),
            ],
            options={
                "verbose_name": "day of the statutory calendar",
                "verbose_name_plural": "statutory calendar",
                "ordering": ("day",),
            },
        ),
    ]
