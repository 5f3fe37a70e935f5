from django.db import migrations

from apps.periods.guards import refuse_posting
from apps.vehicles.facts import append_only

# A vehicle is in stock once or not at all; when it left follows from its movements. The units are looked up by
# an array, so that one row and a hundred thousand are both found by index, whatever the statistics say.
SETTLE = """
CREATE FUNCTION inventory_settle_units() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    ids bigint[];
    wrong record;
BEGIN
    SELECT array_agg(DISTINCT unit_id) INTO ids FROM added;
    SELECT unit_id, sum(quantity) AS units INTO wrong FROM inventory_stockmovement
     WHERE unit_id = ANY (ids) GROUP BY unit_id HAVING sum(quantity) NOT IN (0, 1) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'stock unit % would count % vehicles', wrong.unit_id, wrong.units
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stockmovement_balance', TABLE = TG_TABLE_NAME;
    END IF;
    UPDATE inventory_stockunit AS u
       SET gone_on = CASE WHEN b.units = 0 THEN coalesce(b.left_on, u.received_on) END,
           gone_period = CASE WHEN b.units = 0 THEN b.last_period END
      FROM (SELECT unit_id, sum(net) AS units, max(occurred_on) FILTER (WHERE net <> 0) AS left_on,
                   max(last_period) AS last_period
              FROM (SELECT unit_id, occurred_on, sum(quantity) AS net, max(period) AS last_period
                      FROM inventory_stockmovement WHERE unit_id = ANY (ids)
                     GROUP BY unit_id, occurred_on) AS days
             GROUP BY unit_id) AS b
     WHERE u.id = ANY (ids) AND u.id = b.unit_id
       AND (u.gone_on, u.gone_period) IS DISTINCT FROM
           (CASE WHEN b.units = 0 THEN coalesce(b.left_on, u.received_on) END,
            CASE WHEN b.units = 0 THEN b.last_period END);
    RETURN NULL;
END $$
"""
WATCH = """
CREATE TRIGGER inventory_settle_units AFTER INSERT ON inventory_stockmovement
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION inventory_settle_units()
"""
FIXED = """
CREATE TRIGGER inventory_stockunit_fixed BEFORE DELETE OR UPDATE OF
    id, dealer_id, source, external_id, revision, vin, vehicle_id, model_id, model_text, trim_text, colour,
    received_on, produced_on, cost_amount, recorded_at, batch_id
ON inventory_stockunit FOR EACH STATEMENT EXECUTE FUNCTION vehicles_refuse_change()
"""
SAME_DEALER = """
ALTER TABLE inventory_stockmovement ADD CONSTRAINT stockmovement_same_dealer
FOREIGN KEY (unit_id, dealer_id) REFERENCES inventory_stockunit (id, dealer_id)
"""


class Migration(migrations.Migration):
    """Movements are append-only and decide what is in stock; units belong to the dealer of their movements."""

    dependencies = [
        ("inventory", "0001_initial"),
        ("vehicles", "0002_append_only"),
        ("periods", "0002_refuse_closed"),
    ]

    operations = [
        migrations.RunSQL(SETTLE, "DROP FUNCTION inventory_settle_units()"),
        migrations.RunSQL(WATCH, "DROP TRIGGER inventory_settle_units ON inventory_stockmovement"),
        migrations.RunSQL(FIXED, "DROP TRIGGER inventory_stockunit_fixed ON inventory_stockunit"),
        migrations.RunSQL(
            SAME_DEALER, "ALTER TABLE inventory_stockmovement DROP CONSTRAINT stockmovement_same_dealer"
        ),
        append_only("inventory_stockmovement"),
        *refuse_posting("inventory_stockmovement", "inventory.stock"),
    ]
