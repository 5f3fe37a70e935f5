"""Whether the walls of the data base stand as declared: its catalogue compared with the policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection

from apps.core import fortress
from apps.core.access import policies
from apps.core.constraints import SameDealer
from apps.core.wall import WEB, WORKER, Writes

_ROLES = """
SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = ANY(%s)
"""
_OWNED = """
SELECT c.relname, r.rolname FROM pg_class AS c JOIN pg_roles AS r ON r.oid = c.relowner
 WHERE c.relnamespace = current_schema()::regnamespace AND r.rolname = ANY(%s)
"""
_TABLES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       ARRAY(SELECT p.polname::text FROM pg_policy AS p WHERE p.polrelid = c.oid ORDER BY 1),
       has_table_privilege(%s, c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER'),
       EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'dealer_id')
  FROM pg_class AS c
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition
"""
_PARTITIONS = """
SELECT c.relname FROM pg_class AS c
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relispartition AND c.relkind = 'r'
   AND EXISTS (SELECT FROM aclexplode(c.relacl) AS a WHERE a.grantee <> c.relowner)
"""
_VIEWS = """
SELECT c.relname FROM pg_class AS c
 WHERE c.relnamespace = current_schema()::regnamespace
   AND (c.relkind = 'm' AND has_table_privilege(%s, c.oid, 'SELECT')
        OR c.relkind = 'v'
            AND NOT coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false))
"""
_KEYS = """
SELECT conname FROM pg_constraint
 WHERE connamespace = current_schema()::regnamespace AND contype = 'f' AND convalidated
"""
_DOORS = """
SELECT p.proname FROM pg_proc AS p
 WHERE p.pronamespace = current_schema()::regnamespace AND p.prosecdef
   AND (NOT coalesce(array_to_string(p.proconfig, ',') ~ 'search_path=.*pg_temp', false)
        OR p.prorettype <> 'trigger'::regtype AND EXISTS (
            SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee = 0))
"""


def faults() -> list[str]:
    """What is not as it must be, one sentence each; empty when the walls stand."""
    fortress.load()
    return [*_faults_of_roles(), *_faults_of_tables(), *_faults_of_keys(), *_faults_of_ways_around()]


def _faults_of_roles() -> Iterator[str]:
    found = dict(_fetch(_ROLES, [[WEB, WORKER]]))
    for role in (WEB, WORKER):
        if role not in found:
            yield f"The role {role} does not exist."
        elif found[role]:
            yield f"The role {role} is more than it may be: superuser, BYPASSRLS, CREATEROLE or CREATEDB."
    for table, role in _fetch(_OWNED, [[WEB, WORKER]]):
        yield f"The role {role} owns {table}."


def _faults_of_tables() -> Iterator[str]:
    walled = {
        policy.model._meta.db_table: policy for policy in policies().values() if fortress.guarded(policy)
    }
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    spoken_of = {model._meta.db_table for model in policies()} | {
        apps.get_model(label)._meta.db_table for label in fortress.WITHOUT_POLICY
    }
    for table, forced, names, changeable, has_dealer in _fetch(_TABLES, [WEB]):
        if table in walled:
            wanted = {"wall", "wall_inside"} | ({"wall_read"} if walled[table].wall.also_read else set())
            if not forced:
                yield f"Row security of {table} is not enabled and forced."
            if set(names) != wanted:
                yield f"{table} has the policies {sorted(names)} instead of {sorted(wanted)}."
        elif has_dealer and table not in spoken_of:
            yield f"{table} has a dealer, but no policy speaks of it."
        model = models.get(table)
        if model is not None and fortress.wall_of(model).writes is not Writes.CHANGE and changeable:
            yield f"The role {WEB} may change rows of {table}."


def _faults_of_keys() -> Iterator[str]:
    held = {name for (name,) in _fetch(_KEYS)}
    for model in apps.get_models():
        for key in model._meta.constraints:
            if isinstance(key, SameDealer) and key.name not in held:
                yield f"{model._meta.db_table} may point to another dealer's row: {key.name} is missing."


def _faults_of_ways_around() -> Iterator[str]:
    for (name,) in _fetch(_PARTITIONS):
        yield f"The partition {name} is granted to somebody."
    for (name,) in _fetch(_VIEWS, [WEB]):
        yield f"The view {name} shows rows past their walls."
    for (name,) in _fetch(_DOORS):
        yield f"The function {name} acts for the owner, but is open to all or looks names up anywhere."


def _fetch(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or [])
        return list(cursor.fetchall())
