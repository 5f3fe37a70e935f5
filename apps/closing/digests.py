"""The hash of rows: equal results give equal hashes, on any machine, in any order, in any number of parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import AutoField, DateTimeField, Field, Model

from apps.closing.rules import FIRST, LAST
from apps.kernel.period import Month

_LEFT_OUT = frozenset({"period", "revision"})
_CODES = {"dealers.dealer": "dealers_dealer", "dealers.orgunit": "dealers_orgunit"}
_DIGEST = (
    "SELECT count(*), encode(sha256(convert_to(coalesce("
    "string_agg(line, E'\\n' ORDER BY line COLLATE \"C\"), ''), 'UTF8')), 'hex') FROM ({dump}) AS dump"
)


def of_rows(
    model: type[Model], month: Month, revision: int, first_dealer: int = FIRST, last_dealer: int = LAST
) -> tuple[int, str]:
    """Count and SHA-256 of a table's rows of one reading of a month, dealers and units by their codes.

    The rows are written one a line, ordered, without ids, times and the number of the revision.
    """
    fields = {field.name: field for field in model._meta.concrete_fields}
    conditions, params = ["t.period = %s"], [month.first]
    if "revision" in fields:
        conditions.append("t.revision = %s")
        params.append(revision)
    if "dealer" in fields:
        conditions.append("t.dealer_id BETWEEN %s AND %s")
        params += [first_dealer, last_dealer]
    line = ", ".join(_text(field) for field in fields.values() if _counts(field))
    table = connection.ops.quote_name(model._meta.db_table)
    dump = f"SELECT concat_ws(E'\\x1f', {line}) AS line FROM {table} AS t WHERE {' AND '.join(conditions)}"  # noqa: S608 - names of our models
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST.format(dump=dump), params)
        count, digest = cursor.fetchone()
    return count, digest


def combined(parts: Iterable[tuple[str, str]]) -> str:
    """One hash over named hashes, in their order."""
    return hashlib.sha256("\n".join(f"{name} {digest}" for name, digest in parts).encode()).hexdigest()


def _counts(field: Field[Any, Any]) -> bool:
    return (
        field.name not in _LEFT_OUT
        and field.column is not None
        and not isinstance(field, AutoField | DateTimeField)
    )


def _text(field: Field[Any, Any]) -> str:
    column = connection.ops.quote_name(field.column)
    other = field.related_model._meta.label_lower if field.related_model else None
    if other in _CODES:
        column = f"(SELECT code FROM {_CODES[other]} WHERE id = t.{column})"  # noqa: S608 - a fixed name
        return f"coalesce({column}, '')"
    return f"coalesce(t.{column}::text, '\\N')"
