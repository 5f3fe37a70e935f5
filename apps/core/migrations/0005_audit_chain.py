from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# What a row says, as bytes: keys are left out, the order is fixed, times are microseconds of UTC.
TEXT = """
CREATE FUNCTION core_audit_text(e core_auditevent) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(jsonb_build_array(
        e.id, e.block_id, e.position, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor_id, e.actor_label,
        to_jsonb(e.actor_dealers), e.on_behalf_of, e.action, e.object_type, e.object_id, e.object_label,
        e.dealer_id, e.before::text, e.after::text, e.request_id)::text, 'UTF8')
$$
"""
# Numbers a row within its transaction and chains it to the row before. No lock: what was written last stands in
# a setting of the transaction, which a savepoint takes back together with its rows.
NUMBER = """
CREATE FUNCTION core_audit_number() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {schema}, pg_temp AS $$
DECLARE
    last text[] := string_to_array(nullif(current_setting('dealerops.audit', true), ''), ':');
    earlier bytea := '';
BEGIN
    IF last IS NULL THEN
        NEW.block_id := nextval('core_audit_block_number');
        NEW.position := 1;
    ELSE
        NEW.block_id := last[1];
        NEW.position := last[2]::integer + 1;
        earlier := decode(last[3], 'hex');
    END IF;
    NEW.digest := sha256(earlier || core_audit_text(NEW));
    PERFORM set_config(
        'dealerops.audit', NEW.block_id || ':' || NEW.position || ':' || encode(NEW.digest, 'hex'), true);
    RETURN NEW;
END $$
"""
# At commit, once for each transaction: the block is written down; still without a lock.
CLOSE = """
CREATE FUNCTION core_audit_close() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {schema}, pg_temp AS $$
DECLARE
    last text[] := string_to_array(nullif(current_setting('dealerops.audit', true), ''), ':');
BEGIN
    IF last IS NULL OR last[1]::bigint <> NEW.block_id THEN
        RAISE EXCEPTION 'the block % of the audit trail was disturbed', NEW.block_id;
    END IF;
    PERFORM set_config('dealerops.audit', '', true);
    INSERT INTO core_auditblock (id, rows, head)
    VALUES (NEW.block_id, last[2]::integer, decode(last[3], 'hex'));
    RETURN NULL;
END $$
"""
# After all other deferred checks of the commit, so that nothing is waited for while the lock is held: the block
# becomes the next of the chain. Only this step takes turns with other transactions.
LINK = """
CREATE FUNCTION core_audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {schema}, pg_temp AS $$
DECLARE
    earlier core_auditblock;
    number bigint;
    moment timestamptz;
    link bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('core.audit', 0));
    SELECT * INTO earlier FROM core_auditblock WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1;
    number := coalesce(earlier.seq, 0) + 1;
    moment := clock_timestamp();
    link := coalesce(earlier.digest, '');
    UPDATE core_auditblock
       SET seq = number, sealed_at = moment, previous = link,
           digest = sha256(link || convert_to(jsonb_build_array(
               number, id, rows, encode(head, 'hex'), (extract(epoch FROM moment) * 1000000)::bigint)::text,
               'UTF8'))
     WHERE id = NEW.id;
    RETURN NULL;
END $$
"""
REFUSE = """
CREATE FUNCTION core_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is never changed: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
TRIGGERS = """
CREATE TRIGGER core_audit_number BEFORE INSERT ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION core_audit_number();
CREATE CONSTRAINT TRIGGER core_audit_close AFTER INSERT ON core_auditevent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.position = 1) EXECUTE FUNCTION core_audit_close();
CREATE CONSTRAINT TRIGGER core_audit_link AFTER INSERT ON core_auditblock DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION core_audit_link();
CREATE TRIGGER core_audit_event_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON core_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION core_audit_refuse();
CREATE TRIGGER core_audit_block_kept BEFORE DELETE OR TRUNCATE ON core_auditblock
    FOR EACH STATEMENT EXECUTE FUNCTION core_audit_refuse();
CREATE TRIGGER core_audit_block_sealed BEFORE UPDATE ON core_auditblock
    FOR EACH ROW WHEN (OLD.digest IS NOT NULL) EXECUTE FUNCTION core_audit_refuse();
CREATE TRIGGER core_audit_anchor_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON core_auditanchor
    FOR EACH STATEMENT EXECUTE FUNCTION core_audit_refuse();
"""
# What was recorded before there was a chain becomes its first block, in the order it was recorded.
FORMER = """
DO $$
DECLARE
    e core_auditevent;
    number bigint := NULL;
    place integer := 0;
    earlier bytea := '';
BEGIN
    FOR e IN SELECT * FROM core_auditevent ORDER BY id LOOP
        number := coalesce(number, nextval('core_audit_block_number'));
        place := place + 1;
        e.block_id := number;
        e.position := place;
        earlier := sha256(earlier || core_audit_text(e));
        UPDATE core_auditevent SET block_id = number, position = place, digest = earlier WHERE id = e.id;
    END LOOP;
    IF number IS NOT NULL THEN
        INSERT INTO core_auditblock (id, rows, head) VALUES (number, place, earlier);
        UPDATE core_auditblock
           SET seq = 1, sealed_at = now(), previous = '',
               digest = sha256(convert_to(jsonb_build_array(
                   1, id, rows, encode(head, 'hex'), (extract(epoch FROM now()) * 1000000)::bigint)::text,
                   'UTF8'));
    END IF;
END $$
"""


def chain(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        cursor.execute("CREATE SEQUENCE core_audit_block_number")
        cursor.execute(TEXT)
        cursor.execute(FORMER)
        for column in ("block_id", "position", "digest"):
            cursor.execute(f"ALTER TABLE core_auditevent ALTER COLUMN {column} SET NOT NULL")
        for function in (NUMBER, CLOSE, LINK):
            cursor.execute(function.replace("{schema}", schema))
        cursor.execute(REFUSE)
        cursor.execute(TRIGGERS)


def unchain(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        for name in ("number", "close", "link", "refuse"):
            cursor.execute(f"DROP FUNCTION core_audit_{name} CASCADE")
        cursor.execute("DROP FUNCTION core_audit_text")
        cursor.execute("DROP SEQUENCE core_audit_block_number")
        for column in ("block_id", "position", "digest"):
            cursor.execute(f"ALTER TABLE core_auditevent ALTER COLUMN {column} DROP NOT NULL")


class Migration(migrations.Migration):
    """The audit trail is append-only and a chain of hashes, for everybody including the owner of the tables."""

    dependencies = [("core", "0004_audit_fields")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(chain, unchain)],
            state_operations=[
                migrations.AlterField("auditevent", "block_id", models.BigIntegerField(editable=False)),
                migrations.AlterField("auditevent", "position", models.PositiveIntegerField(editable=False)),
                migrations.AlterField("auditevent", "digest", models.BinaryField()),
            ],
        )
    ]
