from django.db import migrations

CREATE = """
CREATE FUNCTION incentives_refuse_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'published' AND NEW.state IN ('published', 'replaced', 'ended')
       AND (OLD.effective_to IS NULL OR OLD.effective_to = NEW.effective_to OR NEW.state = 'ended')
       AND (OLD.policy_id, OLD.version, OLD.document, OLD.sha256, OLD.effective_from, OLD.published_at,
            OLD.published_on, OLD.published_label, OLD.author_label)
           IS NOT DISTINCT FROM
           (NEW.policy_id, NEW.version, NEW.document, NEW.sha256, NEW.effective_from, NEW.published_at,
            NEW.published_on, NEW.published_label, NEW.author_label) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'version % of policy % is published: make a new version', OLD.version, OLD.policy_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'policyversion_frozen', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER incentives_refuse_published BEFORE UPDATE OR DELETE ON incentives_policyversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION incentives_refuse_published()
"""
DROP = """
DROP TRIGGER incentives_refuse_published ON incentives_policyversion;
DROP FUNCTION incentives_refuse_published()
"""


class Migration(migrations.Migration):
    """What was published never changes, whatever path a write comes by; it may be replaced or ended."""

    dependencies = [("incentives", "0007_policies")]
    operations = [migrations.RunSQL(CREATE, DROP)]
