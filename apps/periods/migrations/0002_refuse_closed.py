from django.db import migrations

FUNCTION = """
CREATE FUNCTION periods_refuse_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    months date[];
    month date;
    shut varchar;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(DISTINCT period ORDER BY period) INTO months
          FROM (SELECT period FROM changed UNION ALL SELECT period FROM became) AS both_sides;
    ELSE
        SELECT array_agg(DISTINCT period ORDER BY period) INTO months FROM changed;
    END IF;
    FOREACH month IN ARRAY coalesce(months, '{}') LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('periods:' || to_char(month, 'YYYY-MM'), 0));
        SELECT state INTO shut FROM periods_periodstate
         WHERE period = month AND kind IN ('', coalesce(TG_ARGV[0], '')) AND state <> 'open' LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'month % is % and takes no postings', to_char(month, 'YYYY-MM'), shut
                USING ERRCODE = 'check_violation', CONSTRAINT = 'periods_closed', TABLE = TG_TABLE_NAME;
        END IF;
    END LOOP;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    """The trigger function that refuses facts in months that are shut; tables attach it by kind of fact."""

    dependencies = [("periods", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION periods_refuse_closed()")]
