"""What a data base holds, counted and summed so that two of them can be compared."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from psycopg2 import extensions, sql

_PLAIN = (
    "SET TIME ZONE 'UTC'",
    "SET datestyle TO 'ISO, YMD'",
    "SET intervalstyle TO 'iso_8601'",
    "SET bytea_output TO 'hex'",
    "SET extra_float_digits TO 1",
    "SET row_security TO off",  # fail rather than leave rows out
)
_TABLES = """
SELECT c.oid, n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = 'public' ORDER BY c.relname
"""
_CASTS = re.compile(r"::[a-z ]+(?:\[\])?|[() ]")  # a reload may write the same condition with others
# A sum of 64-bit hashes does not depend on the order of rows, and doubled rows do not cancel out.
_CONTENT = """
SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text
  FROM {} AS t
"""
_SHAPES = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity
          FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
           AND NOT a.attisdropped""",
    "constraints": """
        SELECT conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "partitions": """
        SELECT inhparent::regclass, inhrelid::regclass, pg_get_expr(c.relpartbound, c.oid)
          FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace""",
    "triggers": """
        SELECT pg_get_triggerdef(t.oid), t.tgenabled
          FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
         WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace""",
    "functions": """
        SELECT proname, md5(prosrc), prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
    "policies": """
        SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies
         WHERE schemaname = 'public'""",
    "row_security": """
        SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND (relrowsecurity OR relforcerowsecurity)""",
    "grants": """
        SELECT c.relname, coalesce(r.rolname, 'public'), a.privilege_type
          FROM pg_class AS c, aclexplode(c.relacl) AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee
         WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner""",
}
_SEQUENCES = """
SELECT c.relname, a.attname, pg_get_serial_sequence(format('%I.%I', 'public', c.relname), a.attname)
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
   AND NOT a.attisdropped AND NOT c.relispartition
   AND pg_get_serial_sequence(format('%I.%I', 'public', c.relname), a.attname) IS NOT NULL
"""
_ROLES = """
SELECT DISTINCT r.rolname FROM pg_roles AS r WHERE r.oid IN (
    SELECT a.grantee FROM pg_class AS c, aclexplode(c.relacl) AS a
     WHERE c.relnamespace = 'public'::regnamespace
    UNION SELECT a.grantee FROM pg_namespace AS n, aclexplode(n.nspacl) AS a WHERE n.nspname = 'public'
    UNION SELECT unnest(polroles) FROM pg_policy) AND r.rolname !~ '^pg_' ORDER BY 1
"""


def contents(link: extensions.connection) -> dict[str, dict[str, Any]]:
    """Table → how many rows it has and the sum of their hashes; partitions count in their table."""
    found = {}
    with link.cursor() as cursor:
        for statement in _PLAIN:
            cursor.execute(statement)
        cursor.execute(_TABLES)
        for _oid, schema, table in cursor.fetchall():
            cursor.execute(sql.SQL(_CONTENT).format(sql.Identifier(schema, table)))
            rows, checksum = cursor.fetchone() or (0, "0")
            found[table] = {"rows": rows, "checksum": checksum}
    return found


def shapes(link: extensions.connection) -> dict[str, dict[str, Any]]:
    """Kind of object (triggers, partitions, policies …) → how many there are and the hash of their text."""
    found = {}
    with link.cursor() as cursor:
        cursor.execute("SET search_path TO public")
        for kind, question in _SHAPES.items():
            cursor.execute(question)
            lines = sorted(_CASTS.sub("", "\x1f".join(map(str, row))) for row in cursor.fetchall())
            digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
            found[kind] = {"count": len(lines), "sha256": digest}
    return found


def roles(link: extensions.connection) -> list[str]:
    """The roles that something in the data base is granted to."""
    with link.cursor() as cursor:
        cursor.execute(_ROLES)
        return [name for (name,) in cursor.fetchall()]


def migrations(link: extensions.connection) -> dict[str, str]:
    """App → its newest migration."""
    with link.cursor() as cursor:
        cursor.execute("SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app")
        return dict(cursor.fetchall())


def is_empty(link: extensions.connection) -> bool:
    """Whether there is no table yet."""
    with link.cursor() as cursor:
        cursor.execute(_TABLES)
        return cursor.fetchone() is None


def late_sequences(link: extensions.connection) -> list[str]:
    """The sequences that would give a number again that a row already has."""
    late = []
    with link.cursor() as cursor:
        cursor.execute(_SEQUENCES)
        for table, column, sequence in cursor.fetchall():
            cursor.execute(
                sql.SQL("SELECT coalesce(max({}), 0) FROM {}").format(
                    sql.Identifier(column), sql.Identifier("public", table)
                )
            )
            (highest,) = cursor.fetchone() or (0,)
            cursor.execute(sql.SQL("SELECT last_value FROM {}").format(sql.Identifier(*sequence.split("."))))
            (last,) = cursor.fetchone() or (0,)
            if last < highest:
                late.append(sequence)
    return late
