"""A car is found by the last characters of its VIN, and the data base reads an index for it."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from apps.inventory.filters.stock import MovementFilter, StockFilter
from apps.inventory.models import StockMovement, StockUnit
from apps.kernel.period import Month
from apps.portal import queries as portal
from apps.sales.filters import DeliveryFilter
from apps.sales.models import RetailDelivery
from apps.vehicles.models import Vehicle
from tests.factories.facts import receive, sell

JUNE = Month(2026, 6)
CARS = 4000

pytestmark = pytest.mark.django_db


def vin(number: int) -> str:
    """Seventeen characters that differ at both ends."""
    return f"L{number * 7919 % 99991:05d}AAPX{number * 104729 % 9999991:07d}"


def indexes(rows) -> set[str]:
    """The indexes that the plan of a query reads, and the tables it reads from end to end."""
    found: set[str] = set()

    def walk(node: dict) -> None:
        if node["Node Type"] == "Seq Scan":
            found.add(f"all of {node['Relation Name']}")
        if "Index Name" in node:
            found.add(node["Index Name"])
        for below in node.get("Plans", ()):
            walk(below)

    for plan in json.loads(rows.explain(format="json")):
        walk(plan["Plan"])
    return found


@pytest.fixture
def cars(network, now):
    """Enough cars that reading the whole table is the worse plan."""
    Vehicle.objects.bulk_create(Vehicle(vin=vin(number), first_seen_at=now) for number in range(CARS))
    receive(network.d1, JUNE, CARS, now)
    sell(network.d1, JUNE, CARS, now)
    with connection.cursor() as cursor:
        # facts are written by services; here only the VINs of many rows are set, past the wall
        cursor.execute("SET session_replication_role = replica")
        for table in ("inventory_stockunit", "sales_retaildelivery"):
            cursor.execute(
                f"UPDATE {table} AS t SET vin = v.vin FROM "
                f"(SELECT id, row_number() OVER (ORDER BY id) AS no FROM {table}) AS n "
                "JOIN (SELECT vin, row_number() OVER (ORDER BY id) AS no FROM vehicles_vehicle) AS v "
                "USING (no) "
                "WHERE n.id = t.id"
            )
        cursor.execute("SET session_replication_role = DEFAULT")
        for table in (
            "vehicles_vehicle",
            "inventory_stockunit",
            "inventory_stockmovement",
            "sales_retaildelivery",
        ):
            cursor.execute(f"ANALYZE {table}")
    return network


def test_the_last_characters_find_the_car_by_index(cars):
    wanted = vin(1234)
    for part in (wanted[-6:], wanted[-8:], wanted[:6], wanted, f" {wanted[-8:].lower()}"):
        found = portal.vins(Vehicle.objects.all(), part)
        assert [row.vin for row in found] == [wanted], part
        assert "vehicle_vin_end" in indexes(found) and "all of vehicles_vehicle" not in indexes(found)


@pytest.mark.parametrize(
    ("filterset", "model", "table"),
    [
        (StockFilter, StockUnit, "stockunit"),
        (MovementFilter, StockMovement, "stockunit"),
        (DeliveryFilter, RetailDelivery, "retaildelivery"),
    ],
)
def test_filters_find_both_ends_by_index(cars, filterset, model, table):
    wanted = vin(1234)
    for part in (wanted[-6:], wanted[-8:], wanted[:6], wanted):
        found = filterset({"vin": part}, queryset=model.objects.all()).qs
        assert [getattr(row, "unit", row).vin for row in found] == [wanted], part
        read = indexes(found)
        assert {f"{table}_vin", f"{table}_vin_end"} <= read
        assert not {name for name in read if name.startswith("all of ") and name.endswith(table)}


def test_the_search_takes_the_last_six_characters(cars, client_of, hq_admin):
    wanted = vin(1234)
    page = client_of(hq_admin).get(f"/search/?q={wanted[-6:]}", HTTP_HX_REQUEST="true").content.decode()
    assert wanted in page


def test_lists_and_api_take_the_last_characters(cars, client_of, api_of, d1_gm, d2_gm):
    end = vin(1234)[-8:]
    for address in ("deliveries", "stock-units"):
        found = api_of(d1_gm).get(f"/api/v1/{address}/?vin={end}").json()["results"]
        assert [row["vin"] for row in found] == [vin(1234)]
        assert api_of(d2_gm).get(f"/api/v1/{address}/?vin={end}").json()["results"] == []
