# ruff: noqa: S608 -- the states are named here
from django.db import migrations

FINAL = "('published', 'disputed', 'confirmed', 'payable', 'paid')"
CREATE = f"""
CREATE FUNCTION incentives_refuse_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    goes_on text[] := ARRAY['state', 'published_at', 'dispute_until', 'clock_from', 'promised_on',
                            'confirmed_at', 'confirmed_by', 'payable_at', 'paid_on'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - goes_on = to_jsonb(NEW) - goes_on
       AND NEW.state IN {FINAL} AND (OLD.paid_on IS NULL OR OLD.paid_on = NEW.paid_on)
       AND OLD.published_at = NEW.published_at THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'statement % is published', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'rebatestatement_frozen', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER incentives_refuse_statement BEFORE UPDATE OR DELETE ON incentives_statement
    FOR EACH ROW WHEN (OLD.state IN {FINAL}) EXECUTE FUNCTION incentives_refuse_statement();

CREATE FUNCTION incentives_refuse_statement_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM incentives_statement AS s WHERE s.state IN {FINAL}
                AND s.id IN (SELECT DISTINCT statement_id FROM changed)) THEN
        RAISE EXCEPTION 'lines of a published statement never change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rebatestatement_frozen', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER incentives_refuse_statement_line_insert AFTER INSERT ON incentives_statementline
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION incentives_refuse_statement_line();
CREATE TRIGGER incentives_refuse_statement_line_delete AFTER DELETE ON incentives_statementline
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION incentives_refuse_statement_line();
CREATE TRIGGER incentives_refuse_statement_line_update BEFORE UPDATE ON incentives_statementline
    FOR EACH STATEMENT EXECUTE FUNCTION vehicles_refuse_change()
"""
DROP = """
DROP TRIGGER incentives_refuse_statement ON incentives_statement;
DROP TRIGGER incentives_refuse_statement_line_insert ON incentives_statementline;
DROP TRIGGER incentives_refuse_statement_line_delete ON incentives_statementline;
DROP TRIGGER incentives_refuse_statement_line_update ON incentives_statementline;
DROP FUNCTION incentives_refuse_statement();
DROP FUNCTION incentives_refuse_statement_line()
"""


class Migration(migrations.Migration):
    """Figures and lines of a published statement never change; only where it stands goes on."""

    dependencies = [("incentives", "0010_statements"), ("vehicles", "0002_append_only")]
    operations = [migrations.RunSQL(CREATE, DROP)]
