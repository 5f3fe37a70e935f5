from django.db import migrations, models

CODE, NAME = {"max_length": 60, "default": ""}, {"max_length": 200, "default": ""}
TEXTS = {
    "from_code": models.CharField(verbose_name="from dealer", **CODE),
    "from_name": models.CharField(verbose_name="from dealer", **NAME),
    "to_code": models.CharField(verbose_name="to dealer", **CODE),
    "to_name": models.CharField(verbose_name="to dealer", **NAME),
    "vehicle_text": models.CharField(verbose_name="vehicle", **NAME),
    "model_text": models.CharField(blank=True, verbose_name="model", **NAME),
}
FILL = """
UPDATE inventory_transfer AS t
   SET from_code = f.code, from_name = coalesce(nullif(f.short_name, ''), f.name), to_code = g.code, to_name = coalesce(nullif(g.short_name, ''), g.name),
       vehicle_text = coalesce(nullif(u.vin, ''), u.external_id), model_text = coalesce(m.name, u.model_text)
  FROM dealers_dealer AS f, dealers_dealer AS g, inventory_stockunit AS u
  LEFT JOIN vehicles_carmodel AS m ON m.id = u.model_id
 WHERE f.id = t.from_dealer_id AND g.id = t.to_dealer_id AND u.id = t.unit_out_id
"""


class Migration(migrations.Migration):
    """A transfer says itself what both dealers must know of it."""

    dependencies = [("inventory", "0007_transfer_proposals"), ("vehicles", "0001_initial")]

    operations = [
        *(
            migrations.AddField("transfer", name, field, preserve_default=False)
            for name, field in TEXTS.items()
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
