from django.db import migrations

MARK = """
ALTER TABLE sales_retaildelivery DISABLE TRIGGER USER;
UPDATE sales_retaildelivery SET elsewhere = true
 WHERE quantity = 1 AND vin IN (
       SELECT vin FROM sales_retaildelivery WHERE quantity = 1 AND vin <> ''
        GROUP BY vin HAVING min(dealer_id) <> max(dealer_id));
ALTER TABLE sales_retaildelivery ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    """Mark the cars that several stores have reported so far; the marks are new, the facts stay as they are."""

    dependencies = [("sales", "0010_elsewhere")]

    operations = [migrations.RunSQL(MARK, migrations.RunSQL.noop)]
