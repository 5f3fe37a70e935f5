from django.db import migrations

from apps.metrics.guards import refuse_frozen
from apps.periods.guards import refuse_posting

FUNCTIONS = """
CREATE FUNCTION metrics_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reading record;
BEGIN
    FOR reading IN SELECT r.period, r.revision, r.frozen_at FROM metrics_monthrevision AS r
     WHERE (r.period, r.revision) IN (SELECT DISTINCT period, revision FROM changed) FOR SHARE LOOP
        IF reading.frozen_at IS NOT NULL THEN
            RAISE EXCEPTION 'revision % of % is frozen', reading.revision, to_char(reading.period, 'YYYY-MM')
                USING ERRCODE = 'check_violation', CONSTRAINT = 'metrics_frozen', TABLE = TG_TABLE_NAME;
        END IF;
    END LOOP;
    IF TG_OP = 'UPDATE' THEN
        FOR reading IN SELECT r.period, r.revision, r.frozen_at FROM metrics_monthrevision AS r
         WHERE (r.period, r.revision) IN (SELECT DISTINCT period, revision FROM became) FOR SHARE LOOP
            IF reading.frozen_at IS NOT NULL THEN
                RAISE EXCEPTION 'revision % of % is frozen', reading.revision, to_char(reading.period, 'YYYY-MM')
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'metrics_frozen', TABLE = TG_TABLE_NAME;
            END IF;
        END LOOP;
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
