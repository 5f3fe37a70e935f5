from django.db import migrations

from apps.core.doors import door

# How far a user reaches is found out before the data base lets anything of dealers through: these answer
# with nothing but ids.
BELOW = """
CREATE FUNCTION dealers_below(unit_path text) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(d.id) FROM dealers_dealer AS d JOIN dealers_orgunit AS o ON o.id = d.unit_id
     WHERE starts_with(o.path, unit_path)
$$
"""
OF_GROUP = """
CREATE FUNCTION dealers_of_group(owner_id bigint, open_on date) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(d.id) FROM dealers_dealer AS d
     WHERE d.group_id = owner_id AND (open_on IS NULL OR d.closed_on IS NULL OR d.closed_on > open_on)
$$
"""

OPEN = """
CREATE FUNCTION dealers_open(dealer bigint, day date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT d.closed_on IS NULL OR d.closed_on > day FROM dealers_dealer AS d WHERE d.id = dealer
$$
"""


class Migration(migrations.Migration):
    """Which dealers stand below a unit, belong to a group or are open, asked while the scope is unknown."""

    dependencies = [("dealers", "0004_closed_dealer_label")]

    operations = [
        migrations.RunSQL(BELOW, "DROP FUNCTION dealers_below(text)"),
        migrations.RunSQL(OF_GROUP, "DROP FUNCTION dealers_of_group(bigint, date)"),
        migrations.RunSQL(OPEN, "DROP FUNCTION dealers_open(bigint, date)"),
        door("dealers_below(text)"),
        door("dealers_of_group(bigint, date)"),
        door("dealers_open(bigint, date)"),
    ]
