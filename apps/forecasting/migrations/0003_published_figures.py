"""Published inventory coefficients of the market, as reference beside the network's own."""

from datetime import date
from decimal import Decimal

from django.db import migrations

FIGURES = (
    ("coefficient", date(2012, 6, 1), "2.09", "CADA 2012-08"),
    ("coefficient", date(2018, 10, 1), "1.88", "CADA 2018-10"),
    ("coefficient", date(2019, 6, 1), "1.38", "CADA 2019-06"),
    ("coefficient", date(2020, 8, 1), "1.50", "CADA 2020-08"),
    ("coefficient", date(2021, 5, 1), "1.51", "CADA 2021-05"),
    ("coefficient", date(2022, 1, 1), "1.46", "CADA 2022-01"),
    ("coefficient", date(2023, 1, 1), "1.80", "CADA 2023-01"),
    ("via", date(2015, 3, 1), "67.5", "CADA 2015-03"),
)


def ship(apps, schema_editor):
    PublishedFigure = apps.get_model("forecasting", "PublishedFigure")
    PublishedFigure.objects.bulk_create(
        PublishedFigure(kind=kind, period=period, value=Decimal(value), source=source)
        for kind, period, value, source in FIGURES
    )


class Migration(migrations.Migration):
    dependencies = [("forecasting", "0002_stock_climate")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
