"""The walls inside the data base, built from the policies: roles, rights on tables, row-level security.

`build` runs after every migration and whenever `manage.py database_roles` is asked to; it does nothing when
nothing changed. The owner migrates and owns; the web role answers requests; the worker role does jobs.
"""

# ruff: noqa: S608 -- names of tables, columns and roles come from code

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig, apps
from django.db import connection, transaction
from django.db.models import ForeignKey, Model

from apps.core.access import Ownership, Policy, policies
from apps.core.wall import (
    ASKED,
    DEALERS,
    EVERYTHING,
    LEDGER,
    PERSON,
    RESULT,
    STANDARD,
    UNITS,
    WEB,
    WORKER,
    Wall,
    Writes,
)

GUARDED = (Ownership.DEALER, Ownership.UNIT, Ownership.PERSONAL)
WITHOUT_POLICY = {
    "core.AuditAnchor": LEDGER,
    "core.AuditBlock": RESULT,
    "admin.LogEntry": ASKED,
    "contenttypes.ContentType": RESULT,
    "auth.Permission": RESULT,
}
"""Models without a policy whose rows the web role may not simply change."""

_WEB_RIGHTS = {
    Writes.NONE: "SELECT",
    Writes.ADD: "SELECT, INSERT",
    Writes.APPEND: "SELECT, INSERT",
    Writes.CHANGE: "SELECT, INSERT, UPDATE, DELETE",
}
_EVERY_RIGHT = "SELECT, INSERT, UPDATE, DELETE"


def after_migration(sender: AppConfig, **_: Any) -> None:
    """Django's announcement that all migrations ran."""
    build()


def build(*, always: bool = False) -> bool:
    """Make roles, rights and row security what the policies say; whether anything had to be done."""
    load()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('core.fortress', 0))")
        present = set(connection.introspection.table_names(cursor))
        wanted = [*_roles(), *rights(present)]
        stamp = "walls " + hashlib.sha256("\n".join(wanted).encode()).hexdigest()
        cursor.execute("SELECT obj_description(to_regclass('django_migrations'))")
        if cursor.fetchone()[0] == stamp and not always:
            return False
        for statement in wanted:
            cursor.execute(statement)
        cursor.execute(f"COMMENT ON TABLE django_migrations IS '{stamp}'")
    return True


def forget() -> None:
    """Have the next migration build everything anew: what a dump brought holds no memberships of roles."""
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE django_migrations IS NULL")


def let_in(role: str, password: str) -> None:
    """Let a role log in, with a password unless the server asks for none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [role])
        if password:
            cursor.execute(f"ALTER ROLE {role} LOGIN PASSWORD %s", [password])
        elif not cursor.fetchone()[0]:
            cursor.execute(f"ALTER ROLE {role} LOGIN")


def load() -> None:
    """Have every app declare its policies."""
    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and find_spec(f"{config.name}.policies"):
            import_module(f"{config.name}.policies")
    for name in ("apps.core.files", "apps.core.imports.policies", "apps.core.trail"):
        import_module(name)


def wall_of(model: type[Model]) -> Wall:
    """What is said of a model's table; models of packages may be changed unless named here."""
    policy = policies().get(model)
    return policy.wall if policy else WITHOUT_POLICY.get(model._meta.label, STANDARD)


def guarded(policy: Policy) -> bool:
    """Whether rows of this model belong to somebody, so that the data base must guard them."""
    return policy.ownership in GUARDED and not policy.wall.open_because


def condition(policy: Policy) -> str:
    """Which rows of a guarded table the web role may touch, as SQL over its columns."""
    table = policy.model._meta.db_table
    own = {
        Ownership.DEALER: lambda: _owned(policy.model, policy.dealer, f"= ANY ({DEALERS})"),
        Ownership.UNIT: lambda: _owned(policy.model, policy.unit, f"= ANY ({UNITS})"),
        Ownership.PERSONAL: lambda: f"{table}.{policy.person} = {PERSON}",
    }[policy.ownership]()
    wide = f"{EVERYTHING} OR {own}"
    if policy.wall.private:
        wide = f"(NOT ({policy.wall.private}) AND ({wide}))"
    return " OR ".join(part for part in (wide, policy.wall.also) if part)


def _owned(model: type[Model], path: str, test: str) -> str:
    """The owner's column of the table itself, or of the row it belongs to, whose own wall then decides."""
    table, first, *rest = model._meta.db_table, *path.split("__")
    if not rest:
        return f"{table}.{first} {test}"
    field = model._meta.get_field(first)
    assert isinstance(field, ForeignKey) and isinstance(field.related_model, type)
    parent = field.related_model._meta
    assert parent.pk is not None
    return (
        f"EXISTS (SELECT 1 FROM {parent.db_table} AS owner "
        f"WHERE owner.{parent.pk.column} = {table}.{field.column})"
    )


def _roles() -> Iterator[str]:
    for role in (WEB, WORKER):
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
            f"CREATE ROLE {role}; END IF; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$"
        )
    # Owners test and run commands in these roles; workers do a person's import in the web role.
    version = connection.pg_version  # type: ignore[attr-defined]
    kind = "SET" if version >= 160000 else "MEMBER"
    for role, member in ((WEB, "CURRENT_USER"), (WORKER, "CURRENT_USER"), (WEB, WORKER)):
        name = member if member == "CURRENT_USER" else f"'{member}'"
        yield (
            f"DO $$ BEGIN IF NOT pg_has_role({name}, '{role}', '{kind}') THEN "
            f"GRANT {role} TO {member}; END IF; END $$"
        )


def rights(present: set[str]) -> Iterator[str]:
    """The statements for the tables that are there, each of which may be repeated."""
    both = f"{WEB}, {WORKER}"
    yield (
        f"DO $$ BEGIN EXECUTE format('GRANT CONNECT, TEMP ON DATABASE %I TO {both}', current_database()); "
        f"EXECUTE format('GRANT USAGE ON SCHEMA %I TO {both}', current_schema()); "
        f"EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM PUBLIC, {both}', current_schema()); "
        f"EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO {both}', current_schema()); END $$"
    )
    yield _DOORS
    if "django_migrations" in present:
        yield f"GRANT SELECT ON django_migrations TO {both}"
    for model in sorted(apps.get_models(include_auto_created=True), key=lambda each: each._meta.db_table):
        if model._meta.managed and not model._meta.proxy and model._meta.db_table in present:
            yield from _rights_of(model)


def _rights_of(model: type[Model]) -> Iterator[str]:
    table, wall, policy = model._meta.db_table, wall_of(model), policies().get(model)
    yield f"GRANT {_WEB_RIGHTS[wall.writes]} ON {table} TO {WEB}"
    if wall.columns:
        yield f"GRANT UPDATE ({', '.join(wall.columns)}) ON {table} TO {WEB}"
    yield f"GRANT {'SELECT, INSERT' if wall.writes is Writes.APPEND else _EVERY_RIGHT} ON {table} TO {WORKER}"
    for name in ("wall", "wall_read", "wall_inside"):
        yield f"DROP POLICY IF EXISTS {name} ON {table}"
    if policy is None or not guarded(policy):
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
        return
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY wall ON {table} TO {WEB} USING ({condition(policy)})"
    if wall.also_read:
        yield f"CREATE POLICY wall_read ON {table} FOR SELECT TO {WEB} USING ({wall.also_read})"
    yield f"CREATE POLICY wall_inside ON {table} TO {WORKER}, CURRENT_USER USING (true)"


# Functions that act with the owner's rights are the doors in the wall: only our roles may use them.
_DOORS = f"""
DO $$
DECLARE
    door regprocedure;
BEGIN
    FOR door IN SELECT p.oid FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
                 WHERE p.prosecdef AND n.nspname = current_schema() LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', door);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {WEB}, {WORKER}', door);
    END LOOP;
END $$
"""
