from django.db import migrations

FUNCTION = """
CREATE FUNCTION vehicles_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts in % are never changed or deleted; write a counter-fact', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$
"""


class Migration(migrations.Migration):
    """The trigger function by which tables of facts refuse UPDATE and DELETE."""

    dependencies = [("vehicles", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION vehicles_refuse_change()")]
