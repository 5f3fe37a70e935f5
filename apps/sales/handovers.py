"""How other apps read which cars are with customers: the deliveries in force, and when a car came back."""

# ruff: noqa: S608 -- names of tables come from code

from __future__ import annotations

from apps.sales.models import RetailDelivery
from apps.vehicles import handovers

_TABLE = RetailDelivery._meta.db_table
_NEWEST = (
    "mod({row}.revision, 2) = 1 AND NOT EXISTS (SELECT 1 FROM " + _TABLE + " AS n "
    "WHERE n.source = {row}.source AND n.external_id = {row}.external_id AND n.revision > {row}.revision)"
)
# a return names its delivery; one that does not means the last delivery of the car before it
IN_FORCE = f"""
SELECT d.dealer_id, d.vin, d.id, d.external_id, d.occurred_on,
       (SELECT min(r.occurred_on) FROM {_TABLE} AS r
         WHERE r.vin = d.vin AND r.dealer_id = d.dealer_id AND r.quantity = -1 AND {_NEWEST.format(row="r")}
           AND (r.reverses_id = d.id OR (r.reverses_id IS NULL AND d.id = (
                SELECT b.id FROM {_TABLE} AS b
                 WHERE b.vin = r.vin AND b.dealer_id = r.dealer_id AND b.quantity = 1
                   AND b.occurred_on <= r.occurred_on AND {_NEWEST.format(row="b")}
                 ORDER BY b.occurred_on DESC, b.id DESC LIMIT 1))))
  FROM {{of}} AS g JOIN {_TABLE} AS d ON d.vin = g.vin AND d.dealer_id = g.dealer_id
 WHERE d.vin <> '' AND d.quantity = 1 AND {_NEWEST.format(row="d")}
"""

handovers.told_by(IN_FORCE)
