"""Filling big tables: without what costs most row by row, all of which is made again at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from django.db import connection

MEMORY = "256MB"
_CONSTRAINTS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I ', conrelid::regclass, conname) || pg_get_constraintdef(oid)
  FROM pg_constraint
 WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'x') AND conparentid = 0
 ORDER BY contype DESC, conname
"""
# indexes that rows may be looked up by while they are taken stay: unique ones, and those of `unit_id`
_INDEXES = """
SELECT format('DROP INDEX %%s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
  FROM pg_index AS i
 WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique AND NOT i.indisexclusion
   AND pg_get_indexdef(i.indexrelid, 1, true) <> 'unit_id'
 ORDER BY i.indexrelid
"""


@contextlib.contextmanager
def bare(tables: Sequence[str]) -> Iterator[None]:
    """The tables without their foreign keys, exclusions and plain indexes until the end of the block.

    Made again, each is checked as a whole; a row that breaks one lets the transaction fail.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for setting in ("work_mem", "maintenance_work_mem"):
            cursor.execute("SELECT set_config(%s, %s, true)", [setting, MEMORY])
        again: list[str] = []
        for query in (_CONSTRAINTS, _INDEXES):
            cursor.execute(query, [list(tables)])
            for drop, make in cursor.fetchall():
                cursor.execute(drop)
                again.insert(0, make)
    yield
    with connection.cursor() as cursor:
        for statement in again:
            cursor.execute(statement)
