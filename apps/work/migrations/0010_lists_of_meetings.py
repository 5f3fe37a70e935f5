from django.db import migrations

FILL = """
UPDATE work_attendance AS a
   SET person_id = m.person_id, rank = m.rank, title = m.title, held_on = m.planned_on,
       held_time = m.planned_time
  FROM work_activity AS m
 WHERE m.id = a.activity_id
"""


class Migration(migrations.Migration):
    """Lines of lists name the meeting they belong to."""

    dependencies = [("work", "0009_invitations")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
