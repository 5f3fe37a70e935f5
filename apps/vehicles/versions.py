"""Figures of dealers and months that are replaced, never changed: a differing one becomes the next version.

Their tables have `dealer`, `period` (the first day of the month), `version` from 1 and `replaced_at`, which
is empty for the version in force.
"""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from apps.core import jobs
from apps.vehicles import facts

Key = tuple[Any, ...]
"""Dealer, first day of the month, and the texts that name the figure."""


@dataclass(frozen=True)
class Versioned:
    """A kind of figure: its model, the texts that name it, its value, and texts that go with the value."""

    model: type[models.Model]
    names: tuple[str, ...]
    value: str
    remarks: tuple[str, ...] = ()

    def key_of(self, row: Mapping[str, Any]) -> Key:
        """What a given row is about; its `month` is any day of the month."""
        return (row["dealer_id"], row["month"].replace(day=1), *(row.get(name) or "" for name in self.names))

    def in_force(self, rows: Sequence[Mapping[str, Any]]) -> dict[Key, Any]:
        """The values in force of the dealers and months of given rows."""
        held = self.model._default_manager.filter(
            dealer_id__in={row["dealer_id"] for row in rows},
            period__in={row["month"].replace(day=1) for row in rows},
            replaced_at__isnull=True,
        )
        return {
            tuple(key): value
            for *key, value in held.values_list("dealer_id", "period", *self.names, self.value)
        }

    def replace(
        self, given: facts.Given, *, stamp: Mapping[str, Any], now: datetime
    ) -> list[tuple[int, int, date]]:
        """Make versions of the given rows that differ from what is in force: their keys, dealers and months.

        `given` has the columns `dealer_id`, `month` (a day of it), the names, the value and the remarks;
        `stamp` is what every new version says besides.
        """
        table = self.model._meta.db_table
        jobs.lock(f"versions:{table}")
        self._stage(given, table)
        facts.execute(
            f"UPDATE {table} SET replaced_at = %s WHERE id IN (SELECT known_id FROM given_versions)", (now,)
        )
        told = ", ".join((*self.names, self.value, *self.remarks))
        made = facts.fetch(
            f"INSERT INTO {table} (dealer_id, period, version, {told}, {', '.join(stamp)}) "
            f"SELECT dealer_id, period, known_version + 1, {told}, {', '.join(['%s'] * len(stamp))} "
            "FROM given_versions RETURNING id, dealer_id, period",
            tuple(stamp.values()),
        )
        facts.analyse(table, rows=len(made))
        return [(int(pk), int(dealer), period) for pk, dealer, period in made]

    def _stage(self, given: facts.Given, table: str) -> None:
        texts = ", ".join(f"coalesce({name}, '') AS {name}" for name in (*self.names, *self.remarks))
        same = " AND ".join(f"held.{name} = g.{name}" for name in ("dealer_id", "period", *self.names))
        facts.execute("DROP TABLE IF EXISTS pg_temp.given_versions")
        facts.execute(
            "CREATE TEMP TABLE given_versions ON COMMIT DROP AS "
            "SELECT g.*, held.id AS known_id, coalesce(held.version, 0) AS known_version "
            f"FROM (SELECT dealer_id, date_trunc('month', month)::date AS period, {texts}, {self.value} "
            f"FROM ({given.sql}) AS raw) AS g "
            f"LEFT JOIN {table} AS held ON {same} AND held.replaced_at IS NULL "
            f"WHERE held.{self.value} IS DISTINCT FROM g.{self.value}",
            given.params,
        )


def counted(given: facts.Given) -> int:
    """How many rows are given."""
    return int(facts.fetch(f"SELECT count(*) FROM ({given.sql}) AS given", given.params)[0][0])
