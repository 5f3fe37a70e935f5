from django.db import migrations

from apps.periods import guards

FUNCTION = "incentives_refuse_frozen_line"
CREATE = """
CREATE FUNCTION incentives_refuse_frozen_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reading record;
BEGIN
    FOR reading IN SELECT r.period, r.revision, r.frozen_at FROM metrics_monthrevision AS r
     WHERE (r.period, r.revision) IN (
        SELECT DISTINCT s.period, s.revision FROM incentives_settlement AS s
          JOIN changed ON changed.settlement_id = s.id) FOR SHARE LOOP
        IF reading.frozen_at IS NOT NULL THEN
            RAISE EXCEPTION 'revision % of % is frozen', reading.revision, to_char(reading.period, 'YYYY-MM')
                USING ERRCODE = 'check_violation', CONSTRAINT = 'metrics_frozen', TABLE = TG_TABLE_NAME;
        END IF;
    END LOOP;
    IF TG_OP = 'UPDATE' THEN
        FOR reading IN SELECT r.period, r.revision, r.frozen_at FROM metrics_monthrevision AS r
         WHERE (r.period, r.revision) IN (
            SELECT DISTINCT s.period, s.revision FROM incentives_settlement AS s
              JOIN became ON became.settlement_id = s.id) FOR SHARE LOOP
            IF reading.frozen_at IS NOT NULL THEN
                RAISE EXCEPTION 'revision % of % is frozen', reading.revision, to_char(reading.period, 'YYYY-MM')
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'metrics_frozen', TABLE = TG_TABLE_NAME;
            END IF;
        END LOOP;
    END IF;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    """The lines of a settlement in a frozen revision never change either; the settlement says which it is."""

    dependencies = [("incentives", "0003_refuse_frozen")]

    operations = [
        migrations.RunSQL(CREATE, f"DROP FUNCTION {FUNCTION}()"),
        *(guards.attach("incentives_settlementline", event, FUNCTION) for event in guards.EVENTS),
    ]
