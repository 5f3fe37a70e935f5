"""The hash of rows: equal results give equal hashes, on any machine, in any order, in any number of parts.

The rows of a dealer are written one a line, ordered, and hashed to a leaf; the leaves in the order of the
dealers make the hash of a part, and the leaves of all parts the hash of a stage. Rows without a dealer make
one leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import AutoField, DateTimeField, Field, Model

from apps.closing.rules import FIRST, LAST
from apps.kernel.period import Month

_LEFT_OUT = frozenset({"period", "revision"})
_CODES = {"dealers.dealer": "dealers_dealer", "dealers.orgunit": "dealers_orgunit"}
_LEAVES = (
    "SELECT coalesce(sum(rows), 0), coalesce(string_agg(leaf, ''::bytea ORDER BY owner), ''::bytea) FROM ("
    "SELECT owner, count(*) AS rows, "
    "sha256(convert_to(string_agg(line, E'\\n' ORDER BY line COLLATE \"C\"), 'UTF8')) AS leaf "
    "FROM (SELECT {owner} AS owner, concat_ws(E'\\x1f', {line}) AS line FROM {rows} WHERE {condition}) "
    "AS dump GROUP BY owner) AS leaves"
)


@dataclass(frozen=True)
class Written:
    """How many rows there are, and the leaves of their hash."""

    count: int
    leaves: bytes

    @property
    def sha256(self) -> str:
        """The hash of these rows."""
        return hashlib.sha256(self.leaves).hexdigest()


def of_rows(
    model: type[Model], month: Month, revision: int, first_dealer: int = FIRST, last_dealer: int = LAST
) -> Written:
    """The rows of a table in one reading of a month, without ids, times and the number of the revision."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    conditions = ["t.period = %s"]
    params: list[Any] = [month.first]
    if "revision" in fields:
        conditions.append("t.revision = %s")
        params.append(revision)
    if "dealer" in fields:
        owner = "coalesce(t.dealer_id, 0)" if fields["dealer"].null else "t.dealer_id"
        conditions.append(f"{owner} BETWEEN %s AND %s")
        params += [first_dealer, last_dealer]
    counted = [field for field in fields.values() if _counts(field)]
    sql = _LEAVES.format(
        owner="t.dealer_id" if "dealer" in fields else "0",
        line=", ".join(_text(field) for field in counted),
        rows=" ".join([f"{_name(model._meta.db_table)} AS t", *filter(None, map(_join, counted))]),
        condition=" AND ".join(conditions),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        count, leaves = cursor.fetchone()
    return Written(int(count), bytes(leaves))


def combined(stages: Iterable[tuple[str, bytes]]) -> str:
    """One hash over the leaves of all stages, in their order."""
    lines = (f"{code} {hashlib.sha256(leaves).hexdigest()}" for code, leaves in stages)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _counts(field: Field[Any, Any]) -> bool:
    timeless = not isinstance(field, AutoField | DateTimeField)
    return timeless and field.name not in _LEFT_OUT and field.column is not None


def _name(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _coded(field: Field[Any, Any]) -> str | None:
    """The table in which the row a field points to has its code."""
    related = field.related_model
    return _CODES.get(related._meta.label_lower) if isinstance(related, type) else None


def _join(field: Field[Any, Any]) -> str | None:
    table, alias = _coded(field), _name(f"of_{field.name}")
    return f"LEFT JOIN {table} AS {alias} ON {alias}.id = t.{_name(field.column)}" if table else None


def _text(field: Field[Any, Any]) -> str:
    if _coded(field):
        return f"coalesce({_name(f'of_{field.name}')}.code, '')"
    return f"coalesce(t.{_name(field.column)}::text, '\\N')"
