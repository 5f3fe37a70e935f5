"""Doors in the wall: functions of the data base that act with the owner's rights, for one narrow purpose."""

from __future__ import annotations

from django.db.migrations import RunSQL


def door(signature: str) -> RunSQL:
    """The operation that lets a function act for its owner; what it names is looked up in our schema only.

    Who may call it is settled by `apps.core.fortress`: the web role and the worker role.
    """
    return RunSQL(
        f"DO $$ BEGIN EXECUTE format('ALTER FUNCTION {signature} SECURITY DEFINER "
        "SET search_path = %I, pg_temp', current_schema()); END $$",
        f"ALTER FUNCTION {signature} SECURITY INVOKER RESET search_path",
    )
