"""Reads the reference tables the product ships: divisions, former place names, city tiers, regions."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.conf import settings

FOLDER = settings.BASE_DIR / "reference"


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of a reference table by column name."""
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def regions() -> dict[str, tuple[str, str]]:
    """Province code → code and name of the sales region it belongs to by default."""
    return {row["province"]: (row["region"], row["region_name"]) for row in rows("regions")}


def load(division: type[Any], former: type[Any]) -> tuple[int, int]:
    """Put divisions and former names into their tables; a tier that is set stays. Returns how many were read.

    The models are passed in, so that a migration can pass those of its own time.
    """
    tiers = {row["city"]: row["tier"] for row in rows("city_tiers")}
    divisions = [
        division(
            code=row["code"],
            name=row["name"],
            level=int(row["level"]),
            parent_id=row["parent"] or None,
            official_name=row["official_name"],
            tier=tiers.get(row["code"], "other" if row["level"] == "2" else ""),
        )
        for row in rows("divisions")
    ]
    division.objects.bulk_create(
        divisions,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "level", "parent", "official_name"],
    )
    places = [
        former(
            name=row["name"],
            province_id=row["province"],
            current_id=row["current"],
            since=int(row["since"]),
        )
        for row in rows("former_places")
    ]
    former.objects.bulk_create(places, ignore_conflicts=True)
    return len(divisions), len(places)
