from django.db import migrations

from apps.metrics.guards import refuse_frozen
from apps.periods.guards import refuse_posting

FUNCTIONS = """
CREATE FUNCTION metrics_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    frozen record;
BEGIN
    PERFORM 1 FROM metrics_monthrevision AS r
      JOIN (SELECT DISTINCT period, revision FROM changed) AS c
        ON r.period = c.period AND r.revision = c.revision FOR SHARE OF r;
    SELECT r.period, r.revision INTO frozen FROM metrics_monthrevision AS r
      JOIN (SELECT DISTINCT period, revision FROM changed) AS c
        ON r.period = c.period AND r.revision = c.revision WHERE r.frozen_at IS NOT NULL LIMIT 1;
    IF NOT FOUND AND TG_OP = 'UPDATE' THEN
        SELECT r.period, r.revision INTO frozen FROM metrics_monthrevision AS r
          JOIN (SELECT DISTINCT period, revision FROM became) AS c
            ON r.period = c.period AND r.revision = c.revision WHERE r.frozen_at IS NOT NULL LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'revision % of % is frozen', frozen.revision, to_char(frozen.period, 'YYYY-MM')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'metrics_frozen', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION metrics_keep_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'revision % of % is frozen', OLD.revision, to_char(OLD.period, 'YYYY-MM')
        USING ERRCODE = 'check_violation', CONSTRAINT = 'metrics_frozen', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER metrics_keep_frozen BEFORE UPDATE OR DELETE ON metrics_monthrevision
    FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION metrics_keep_frozen()
"""
DROP = """
DROP TRIGGER metrics_keep_frozen ON metrics_monthrevision;
DROP FUNCTION metrics_keep_frozen();
DROP FUNCTION metrics_refuse_frozen()
"""


class Migration(migrations.Migration):
    """A frozen revision of a month never changes, whoever tries; feed states of shut months neither."""

    dependencies = [("metrics", "0001_initial"), ("periods", "0002_refuse_closed")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        *refuse_frozen("metrics_measurevalue"),
        *refuse_frozen("metrics_kpivalue"),
        *refuse_frozen("metrics_unitkpivalue"),
        *refuse_posting("metrics_feedstatus", ""),
    ]
