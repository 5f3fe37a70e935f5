from django.db import migrations

from apps.core.doors import door

# Made beside the parent and then attached, which does not stop its readers and writers. Nobody is granted a
# partition: it would show rows past the row security of its parent.
FUNCTION = """
CREATE FUNCTION metrics_make_partitions(month date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    part text;
    event text;
    made integer := 0;
BEGIN
    IF month <> date_trunc('month', month)::date OR month NOT BETWEEN '1990-01-01' AND '2199-12-01' THEN
        RAISE EXCEPTION 'not the first day of a month: %', month USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('metrics.partitions', 0));
    FOREACH parent IN ARRAY ARRAY['metrics_measurevalue', 'metrics_kpivalue'] LOOP
        part := parent || to_char(month, '_YYYY_MM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
        FOREACH event IN ARRAY ARRAY['INSERT REFERENCING NEW TABLE AS changed',
                                     'UPDATE REFERENCING OLD TABLE AS changed NEW TABLE AS became',
                                     'DELETE REFERENCING OLD TABLE AS changed'] LOOP
            EXECUTE format('CREATE TRIGGER metrics_refuse_frozen_%s AFTER %s',
                           lower(split_part(event, ' ', 1)),
                           replace(event, ' REFERENCING', format(' ON %I REFERENCING', part)))
                || ' FOR EACH STATEMENT EXECUTE FUNCTION metrics_refuse_frozen()';
        END LOOP;
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       parent, part, month, (month + interval '1 month')::date);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$
"""


class Migration(migrations.Migration):
    """The partitions of a month are made by a function of the owner, asked for by those who open a month."""

    dependencies = [("metrics", "0003_due_day_limits")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION metrics_make_partitions(date)"),
        door("metrics_make_partitions(date)"),
    ]
