from django.db import migrations

from apps.core.doors import door

FUNCTION = """
CREATE FUNCTION closing_cancel(run_id bigint, ended_at timestamptz) RETURNS void LANGUAGE sql AS $$
    UPDATE closing_run SET status = 'cancelled', finished_at = ended_at WHERE id = run_id AND status = 'running'
$$
"""


class Migration(migrations.Migration):
    """People may end a run, and nothing else of it may they change: that is for the workers."""

    dependencies = [("closing", "0002_guard_results")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION closing_cancel(bigint, timestamptz)"),
        door("closing_cancel(bigint, timestamptz)"),
    ]
