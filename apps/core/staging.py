"""Many rows on their way into a table: COPY brings them into a temporary one, whence SQL takes them."""

# ruff: noqa: S608 -- names of tables and columns come from code

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_FILLED = """
SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull AND attname = ANY(%s)
"""


def stage(cursor: Any, name: str, like: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Put rows into the temporary table `name` with these columns of another, until the transaction ends.

    A table with row security refuses COPY, so what is to go there comes here first. Values are None, texts,
    numbers and dates; JSON comes as its text.
    """
    told = ", ".join(columns)
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT {told} FROM {like} WITH NO DATA")
    cursor.execute(_FILLED, [like, list(columns)])
    (filled,) = cursor.fetchone()  # an empty text is none in columns that hold NULL
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    text.seek(0)
    options = f"FORMAT csv, FORCE_NOT_NULL ({filled})" if filled else "FORMAT csv"
    cursor.copy_expert(f"COPY pg_temp.{name} ({told}) FROM STDIN ({options})", text)
