from django.db import migrations, models

from apps.core import role_names

REVIEWERS = {
    "account_manager": ("reports.survey", "reports.ten_day"),
    "province_manager": ("reports.bonus", "reports.attendance", "reports.plan", "reports.promotion"),
}
# What is planned in a month for the next one was counted as a report about the month it is handed in.
SHIFT = """
UPDATE reports_duty
   SET since = (since + interval '1 month')::date,
       until = (date_trunc('month', since) + interval '2 months' - interval '1 day')::date
 WHERE form IN ('reports.plan', 'reports.promotion') AND state IN ('open', 'started')
"""


def name_reviewers(apps, schema_editor):
    rows = apps.get_model("reports", "Submission").objects
    for reviewer, forms in REVIEWERS.items():
        rows.filter(form__in=forms).update(reviewer=reviewer)
    rows.filter(reviewer="").update(reviewer="region_manager")


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_submissions")]

    operations = [
        migrations.AddField(
            "submission",
            "reviewer",
            models.CharField(
                "reviewed by", blank=True, choices=role_names.CHOICES, default="", max_length=30
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_reviewers, migrations.RunPython.noop),
        migrations.RunSQL(SHIFT, migrations.RunSQL.noop),
    ]
